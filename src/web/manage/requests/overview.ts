import type { Account } from '../../../accounts/account.ts'
import { accountsById } from '../../../accounts/store.ts'
import { withOrganization } from '../../../database/transaction.ts'
import { formatInstant } from '../../../i18n/format.ts'
import { requestsOver, requestsUnderWay } from '../../../recovery/requests/lists-store.ts'
import { isOver, type RecoveryRequest } from '../../../recovery/requests/store.ts'
import { cut, idIn } from '../../cursor.ts'
import { definePage } from '../../page.ts'

const ON_A_PAGE = 25

/** Who asked to be let back in: what waits, the oldest first, and below it what was decided. */
export const overview = definePage({
  path: '/manage/requests',
  template: 'manage/requests/overview',
  signedIn: true,
  role: 'administrator',
  async view({ parts, organization, locale }, ctx) {
    const { waiting, over, people, now } = await withOrganization(
      parts.database,
      organization.id,
      async (tx) => {
        const underWay = await requestsUnderWay(tx, idIn(ctx, 'behind'), ON_A_PAGE + 1)
        const ended = await requestsOver(tx, idIn(ctx, 'before'), ON_A_PAGE + 1)
        const askers = [...underWay, ...ended].map(({ accountId }) => accountId)
        return { waiting: underWay, over: ended, people: await accountsById(tx, askers), now: tx.now }
      },
    )
    const page = (requests: RecoveryRequest[]) => {
      const { items, next } = cut(requests, ON_A_PAGE)
      return { next, requests: items.map((one) => shown(one, people, now, locale)) }
    }
    return {
      view: {
        waiting: page(waiting),
        over: page(over),
        isFirst: idIn(ctx, 'behind') === null && idIn(ctx, 'before') === null,
      },
    }
  },
})

function shown(request: RecoveryRequest, people: Map<string, Account>, now: Date, locale: string) {
  const person = people.get(request.accountId)
  return {
    id: request.id,
    name: person?.fullName ?? '',
    login: person?.username ?? person?.email ?? '',
    state: request.endedAt === null && isOver(request, now) ? 'expired' : request.state,
    isReport: request.isReport,
    asked: formatInstant(request.askedAt, locale),
  }
}
