import { stopBySession } from '../../recovery/requests/stop.ts'
import { definePage } from '../page.ts'
import { SESSION_ENDED, signedInHere } from '../step-up.ts'

/** Stops what is about to let somebody into the account, or has let them: the button that stands on every page meanwhile. */
export const stopRequestHere = definePage({
  path: '/account/stop-request',
  signedIn: true,
  fields: {},
  async submit(visit) {
    const { parts, organization } = visit
    const stopped = await stopBySession(parts, organization.id, signedInHere(visit))
    if (stopped === 'session-over') return SESSION_ENDED
    return { goTo: '/account', notice: stopped === 'stopped' ? 'request-stopped' : 'request-over' }
  },
})
