import { passwordOf } from '../../credentials/store.ts'
import { withOrganization } from '../../database/transaction.ts'
import { formatInstant } from '../../i18n/format.ts'
import { definePage } from '../page.ts'
import { signedInPerson } from '../visit.ts'

/** Who is signed in, where, and what they can do here. */
export const home = definePage({
  path: '/account',
  template: 'account/home',
  signedIn: true,
  async view(visit) {
    const { account } = signedInPerson(visit)
    const password = await withOrganization(visit.parts.database, visit.organization.id, (tx) =>
      passwordOf(tx, account.id),
    )
    const { fullName, username, email, role } = account
    return {
      view: {
        fullName,
        username,
        email,
        role,
        passwordChangedAt: password ? formatInstant(password.setAt, visit.locale) : '',
      },
    }
  },
})
