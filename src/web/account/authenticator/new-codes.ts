import { beginNewCodes } from '../../../profile/authenticator.ts'
import { definePage } from '../../page.ts'
import { signedInHere } from '../../step-up.ts'
import { authenticatorHere } from './overview.ts'

/** Begins to replace the recovery codes, for who proves both again, however fresh. */
export const newCodes = definePage({
  path: '/account/authenticator/new-codes',
  template: 'account/authenticator/new-codes',
  signedIn: true,
  stepUp: { always: 'everything' },
  view: async (visit) =>
    (await authenticatorHere(visit)) ? { view: {} } : { goTo: '/account/authenticator' },
  fields: {},
  async submit(visit) {
    const begun = await beginNewCodes(visit.parts, visit.organization.id, signedInHere(visit))
    return begun.outcome === 'begun'
      ? { goTo: '/account/authenticator/recovery-codes' }
      : { goTo: '/account/authenticator' }
  },
})
