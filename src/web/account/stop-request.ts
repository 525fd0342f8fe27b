import { stopBySession } from '../../recovery/requests/stop.ts'
import { definePage } from '../page.ts'
import { signedInPerson } from '../visit.ts'

/** Stops what is about to let somebody into the account, or has let them: the button that stands on every page meanwhile. */
export const stopRequestHere = definePage({
  path: '/account/stop-request',
  signedIn: true,
  fields: {},
  async submit(visit) {
    const { parts, organization, visitor } = visit
    const stopped = await stopBySession(parts, organization.id, signedInPerson(visit).account, visitor)
    return { goTo: '/account', notice: stopped ? 'request-stopped' : 'request-over' }
  },
})
