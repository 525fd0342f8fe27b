import { authenticatorOf } from '../../credentials/authenticator-store.ts'
import { passwordOf } from '../../credentials/store.ts'
import { withOrganization } from '../../database/transaction.ts'
import { formatInstant } from '../../i18n/format.ts'
import { definePage } from '../page.ts'
import { signedInPerson } from '../visit.ts'
import { waysBack } from './ways-back.ts'

/** Who is signed in, where, and what would let them back in. */
export const home = definePage({
  path: '/account',
  template: 'account/home',
  signedIn: true,
  async view(visit) {
    const { account } = signedInPerson(visit)
    const { now, password, authenticator } = await withOrganization(
      visit.parts.database,
      visit.organization.id,
      async (tx) => ({
        now: tx.now,
        password: await passwordOf(tx, account.id),
        authenticator: await authenticatorOf(tx, account.id),
      }),
    )
    const { fullName, username, email, role } = account
    return {
      view: {
        fullName,
        username,
        email,
        role,
        passwordChangedAt: password ? formatInstant(password.setAt, visit.locale) : '',
        ways: waysBack(visit.parts, visit.settings, { account, authenticator, now }),
      },
    }
  },
})
