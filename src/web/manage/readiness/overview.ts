import { withOrganization } from '../../../database/transaction.ts'
import { formatDay, formatInstant, formatShare } from '../../../i18n/format.ts'
import { after, DAY } from '../../../platform/clock.ts'
import { askPeople, countAskable } from '../../../recovery/readiness/ask.ts'
import { populationOf } from '../../../recovery/readiness/population.ts'
import { readinessUnder, settlingUnder } from '../../../recovery/readiness/readiness.ts'
import { dayOf, daysSince } from '../../../recovery/readiness/store.ts'
import { Refused } from '../../errors.ts'
import { definePage } from '../../page.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import { chartOf } from './chart.ts'
import { shownUnable } from './shown.ts'

const DAYS_DRAWN = 90

/** How many people could get back in by themselves today, who could not and why, and how that went over time. */
export const overview = definePage({
  path: '/manage/readiness',
  template: 'manage/readiness/overview',
  signedIn: true,
  role: 'administrator',
  async view({ parts, organization, settings, locale }) {
    const { readiness, settling, asking, days } = await withOrganization(
      parts.database,
      organization.id,
      async (tx) => {
        const population = await populationOf(tx)
        return {
          readiness: await readinessUnder(parts, tx, settings, population),
          settling: await settlingUnder(parts, tx, settings),
          asking: await countAskable(parts, tx, settings, population),
          days: await daysSince(tx, dayOf(after(tx.now, -DAYS_DRAWN * DAY))),
        }
      },
    )
    const { people, able, unable, countedAt } = readiness
    return {
      view: {
        people,
        able,
        share: formatShare(able, people, locale),
        countedAt: countedAt ? formatInstant(countedAt, locale) : '',
        unable: unable.map((some) => shownUnable(some, locale)),
        settling,
        asking,
        chart: chartOf(days, locale),
        days: days
          .map((day) => ({
            ...day,
            when: formatDay(day.day, locale),
            share: formatShare(day.able, day.people, locale),
          }))
          .toReversed(),
      },
    }
  },
  fields: {},
  async submit(visit) {
    const asked = await askPeople(visit.parts, visit.organization.id, signedInHere(visit))
    switch (asked.outcome) {
      case 'asked':
        return { goTo: '/manage/readiness', notice: `people-asked.${asked.count}` }
      case 'nobody':
        return { goTo: '/manage/readiness', notice: 'people-asked.0' }
      case 'not-now':
        return { tooMany: asked.retryAfterSeconds }
      case 'not-managing':
        throw new Refused(403)
      case 'over':
        return SESSION_ENDED
    }
  },
})
