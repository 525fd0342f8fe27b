import { withOrganization } from '../../../database/transaction.ts'
import { formatInstant } from '../../../i18n/format.ts'
import { timelineOf, type Line } from '../../../profile/activity.ts'
import { recoveriesUnderWay } from '../../../recovery/disown.ts'
import { idIn } from '../../cursor.ts'
import { definePage } from '../../page.ts'
import { signedInPerson } from '../../visit.ts'

/** What happened to the account of who is signed in, and what of it they can stop or undo. Reads only. */
export const overview = definePage({
  path: '/account/activity',
  template: 'account/activity/overview',
  signedIn: true,
  async view(visit, ctx) {
    const { parts, organization, locale } = visit
    const { account } = signedInPerson(visit)
    const cursor = { olderThan: idIn(ctx, 'before'), newerThan: idIn(ctx, 'after') }
    const { underWay, timeline } = await withOrganization(parts.database, organization.id, async (tx) => ({
      underWay: await recoveriesUnderWay(tx, account),
      timeline: await timelineOf(tx, account.id, cursor),
    }))
    return {
      view: {
        underWay: underWay.map(({ id, begunAt, step, asked }) => ({
          id,
          ...shownInstant(begunAt, locale),
          address: asked.address,
          device: asked.device,
          isFollowed: step !== 'proving',
        })),
        lines: timeline.lines.map((line) => shownLine(line, locale)),
        older: timeline.olderThan,
        newer: timeline.newerThan,
        isFirst: timeline.newerThan === null,
        isCut: timeline.isCut,
      },
    }
  },
})

function shownLine({ at, firstAt, ...line }: Line, locale: string) {
  const first = shownInstant(firstAt, locale)
  const last = shownInstant(at, locale)
  return { ...line, ...last, first: first.when === last.when ? null : first }
}

/** An instant for `<time>`: as machines read it, and as people do. */
function shownInstant(instant: Date, locale: string) {
  return { instant: instant.toISOString(), when: formatInstant(instant, locale) }
}
