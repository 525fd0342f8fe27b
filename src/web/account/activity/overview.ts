import { withOrganization } from '../../../database/transaction.ts'
import { recoveriesUnderWay } from '../../../recovery/disown.ts'
import { definePage } from '../../page.ts'
import { shownInstant, timelineAsked } from '../../timeline.ts'
import { signedInPerson } from '../../visit.ts'

/** What happened to the account of who is signed in, and what of it they can stop or undo. Reads only. */
export const overview = definePage({
  path: '/account/activity',
  template: 'account/activity/overview',
  signedIn: true,
  async view(visit, ctx) {
    const { parts, organization, locale } = visit
    const { account } = signedInPerson(visit)
    const { underWay, timeline } = await withOrganization(parts.database, organization.id, async (tx) => ({
      underWay: await recoveriesUnderWay(tx, account),
      timeline: await timelineAsked(tx, ctx, account.id, locale),
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
        timeline,
      },
    }
  },
})
