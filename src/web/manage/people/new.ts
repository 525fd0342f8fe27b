import { LONGEST_FULL_NAME } from '../../../accounts/account.ts'
import { optionalLine } from '../../form.ts'
import { definePage } from '../../page.ts'
import { addHere, readPerson } from './add.ts'

/** Somebody new: with an address they are invited, and without one they get an initial password. */
export const newPerson = definePage({
  path: '/manage/people/new',
  template: 'manage/people/new',
  signedIn: true,
  role: 'administrator',
  stepUp: true,
  view: ({ settings }) => ({ view: { asksUsername: settings.recovery.identifier === 'username' } }),
  fields: {
    fullName: optionalLine({ tooLong: 'errors.fullName.too-long' }, LONGEST_FULL_NAME),
    email: optionalLine({ tooLong: 'errors.email.unreadable' }),
    username: optionalLine({ tooLong: 'errors.username.unreadable' }),
  },
  async submit(visit, typed) {
    const person = readPerson(typed)
    return 'errors' in person ? person : addHere(visit, person)
  },
})
