import type { Context } from 'koa'
import { withOrganization } from '../../../database/transaction.ts'
import { formatInstant } from '../../../i18n/format.ts'
import { disownFromAccount, recoveriesUnderWay } from '../../../recovery/disown.ts'
import { definePage } from '../../page.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import { signedInPerson } from '../../visit.ts'

const ACTIVITY = '/account/activity'

/**
 * "This wasn't me", of a recovery that is under way. It asks for a proof that is not old: with a stolen session alone, a
 * thief could stop every try of the person to come back.
 */
export const stop = definePage({
  path: `${ACTIVITY}/stop`,
  template: 'account/activity/stop',
  signedIn: true,
  stepUp: true,
  async view(visit, ctx) {
    const { parts, organization, locale } = visit
    const { account } = signedInPerson(visit)
    const open = await withOrganization(parts.database, organization.id, (tx) =>
      recoveriesUnderWay(tx, account),
    )
    const attempt = open.find(({ id }) => id === attemptIn(ctx))
    if (!attempt) return { goTo: ACTIVITY, notice: 'request-over' }
    const { address, device } = attempt.asked
    return { view: { id: attempt.id, when: formatInstant(attempt.begunAt, locale), address, device } }
  },
  fields: {},
  async submit(visit, _values, ctx) {
    const { parts, organization } = visit
    const stopped = await disownFromAccount(parts, organization.id, attemptIn(ctx), signedInHere(visit))
    if (stopped === 'session-over') return SESSION_ENDED
    return { goTo: ACTIVITY, notice: stopped === 'cancelled' ? 'request-stopped' : 'request-over' }
  },
})

function attemptIn(ctx: Context): string {
  const { recovery } = ctx.query
  return typeof recovery === 'string' ? recovery : ''
}
