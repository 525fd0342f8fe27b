import { beginSetUp } from '../../../profile/authenticator.ts'
import { definePage } from '../../page.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import { authenticatorHere } from './overview.ts'

/** Begins to set up an authenticator, or another in place of the one there is: for who proves both again, however fresh. */
export const setUp = definePage({
  path: '/account/authenticator/set-up',
  template: 'account/authenticator/set-up',
  signedIn: true,
  stepUp: { always: 'everything' },
  view: async (visit) => ({ view: { isAnother: (await authenticatorHere(visit)) !== null } }),
  fields: {},
  async submit(visit) {
    const begun = await beginSetUp(visit.parts, visit.organization.id, signedInHere(visit))
    return begun.outcome === 'begun' ? { goTo: '/account/authenticator/enrol' } : SESSION_ENDED
  },
})
