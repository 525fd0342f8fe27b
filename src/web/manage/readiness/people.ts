import { withOrganization } from '../../../database/transaction.ts'
import { formatDay } from '../../../i18n/format.ts'
import { isId } from '../../../platform/random.ts'
import { WHYS } from '../../../recovery/readiness/judge.ts'
import { peopleUnable } from '../../../recovery/readiness/readiness.ts'
import { dayOf } from '../../../recovery/readiness/store.ts'
import { Refused } from '../../errors.ts'
import { definePage } from '../../page.ts'
import { pathPart } from '../../visit.ts'

const ON_A_PAGE = 50

/** Those who could not get back in for one reason, by name. */
export const people = definePage({
  path: '/manage/readiness/:why',
  template: 'manage/readiness/people',
  signedIn: true,
  role: 'administrator',
  async view({ parts, organization, settings, locale }, ctx) {
    const why = WHYS.find((one) => one === pathPart(ctx, 'why'))
    const last = ctx.query['after'] ?? null
    if (!why || (last !== null && (typeof last !== 'string' || !isId(last)))) throw new Refused(404)
    const found = await withOrganization(parts.database, organization.id, (tx) =>
      peopleUnable(parts, tx, settings, { why, after: last, most: ON_A_PAGE }),
    )
    return {
      view: {
        why,
        count: found.count,
        isFirstPage: last === null,
        next: found.next,
        people: found.people.map(({ account, askedAt }) => ({
          id: account.id,
          fullName: account.fullName,
          name: account.username ?? account.email,
          role: account.role,
          askedOn: askedAt ? formatDay(dayOf(askedAt), locale) : '',
        })),
      },
    }
  },
})
