import { takeAuthenticatorAway } from '../../../profile/authenticator.ts'
import { definePage } from '../../page.ts'
import { signedInHere } from '../../step-up.ts'
import { authenticatorHere, isRequired } from './overview.ts'

/** Takes the authenticator away, for who proves both again, however fresh; not where the organization asks for one. */
export const remove = definePage({
  path: '/account/authenticator/remove',
  template: 'account/authenticator/remove',
  signedIn: true,
  stepUp: { always: 'everything' },
  view: async (visit) =>
    (await authenticatorHere(visit))
      ? { view: { isRequired: isRequired(visit) } }
      : { goTo: '/account/authenticator' },
  fields: {},
  async submit(visit) {
    const { parts, organization, cookies, locale } = visit
    const removed = await takeAuthenticatorAway(parts, organization.id, { ...signedInHere(visit), locale })
    if (removed.outcome !== 'changed') return { goTo: '/account/authenticator/remove' }
    cookies.write('session', removed.sessionToken)
    return { goTo: '/account/authenticator', notice: `authenticator-${removed.change}` }
  },
})
