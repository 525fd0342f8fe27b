import { LONGEST_FULL_NAME } from '../../../accounts/account.ts'
import { rename } from '../../../profile/rename.ts'
import { requiredText } from '../../form.ts'
import { definePage } from '../../page.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import { signedInPerson } from '../../visit.ts'
import { PROFILE } from './overview.ts'

/** What the person is called. */
export const name = definePage({
  path: '/account/profile/name',
  template: 'account/profile/name',
  signedIn: true,
  view: (visit) => ({ view: { fullName: signedInPerson(visit).account.fullName } }),
  fields: {
    fullName: requiredText(
      { missing: 'errors.fullName.missing', tooLong: 'errors.fullName.too-long' },
      LONGEST_FULL_NAME,
    ),
  },
  async submit(visit, { fullName }) {
    const renamed = await rename(visit.parts, visit.organization.id, signedInHere(visit), fullName)
    switch (renamed.outcome) {
      case 'renamed':
        return { goTo: PROFILE, notice: 'renamed' }
      case 'too-many':
        return { tooMany: renamed.retryAfterSeconds }
      case 'over':
        return SESSION_ENDED
    }
  },
})
