import { newUntil } from '../../accounts/account.ts'
import { authenticatorOf } from '../../credentials/authenticator-store.ts'
import { passwordOf } from '../../credentials/store.ts'
import { withOrganization } from '../../database/transaction.ts'
import type { ContactKind } from '../../delivery/news.ts'
import { formatInstant } from '../../i18n/format.ts'
import { definePage } from '../page.ts'
import { signedInPerson } from '../visit.ts'
import { waysBack, type NextStep } from './ways-back.ts'

/** Where each step is made. */
const STEPS: Record<NextStep, string> = {
  email: '/account/profile/email',
  'confirm-email': '/account/profile/email',
  phone: '/account/profile/phone',
  'confirm-phone': '/account/profile/phone',
  authenticator: '/account/authenticator',
  'new-codes': '/account/authenticator',
}

/** Who is signed in, where, and what would let them back in. */
export const home = definePage({
  path: '/account',
  template: 'account/home',
  signedIn: true,
  async view(visit) {
    const { account } = signedInPerson(visit)
    const { now } = visit
    const { password, authenticator } = await withOrganization(
      visit.parts.database,
      visit.organization.id,
      async (tx) => ({
        password: await passwordOf(tx, account.id),
        authenticator: await authenticatorOf(tx, account.id),
      }),
    )
    const { fullName, username, email, role } = account
    const ways = waysBack(visit.parts, visit.settings, { account, authenticator, now })
    const whenNew = (kind: ContactKind) => {
      const until = newUntil(account, kind, now)
      return until ? formatInstant(until, visit.locale) : ''
    }
    return {
      view: {
        fullName,
        username,
        email,
        role,
        passwordChangedAt: password ? formatInstant(password.setAt, visit.locale) : '',
        ways: { ...ways, emailFrom: whenNew('email'), phoneFrom: whenNew('phone') },
        nextPath: ways.next && STEPS[ways.next],
      },
    }
  },
})
