import { definePage } from '../page.ts'
import { signedInPerson } from '../visit.ts'
import { askingForEmail } from './profile/email.ts'

/** After the first own password: an address to be let back in by. It may be skipped. */
export const addEmail = definePage({
  path: '/account/add-email',
  template: 'account/add-email',
  signedIn: true,
  stepUp: { always: 'password' },
  view: (visit) => (signedInPerson(visit).account.email === null ? { view: {} } : { goTo: '/account' }),
  ...askingForEmail,
})
