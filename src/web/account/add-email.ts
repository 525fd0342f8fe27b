import { definePage } from '../page.ts'
import { signedInPerson } from '../visit.ts'
import { askingForEmail } from './profile/email.ts'

/** After the first own password: an address to be let back in by, as on the profile's page; this one may be skipped. */
export const addEmail = definePage({
  signedIn: true,
  stepUp: { always: 'password' },
  path: '/account/add-email',
  template: 'account/add-email',
  view: (visit) => (signedInPerson(visit).account.email === null ? { view: {} } : { goTo: '/account' }),
  ...askingForEmail,
})
