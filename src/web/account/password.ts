import { changePassword } from '../../profile/change-password.ts'
import { requiredSecret } from '../form.ts'
import { faultsOfConfirmation, listOfRules, wordsFor } from '../new-password.ts'
import { definePage } from '../page.ts'
import { signedInPerson } from '../visit.ts'

/** Change password: the current one is asked, and every other session ends. */
export const password = definePage({
  path: '/account/password',
  template: 'account/password',
  signedIn: true,
  view(visit, _ctx, wrong) {
    const { username, email } = signedInPerson(visit).account
    return { view: { username: username ?? email, ...listOfRules(visit.settings.passwords, wrong) } }
  },
  fields: {
    currentPassword: requiredSecret({ missing: 'errors.currentPassword.missing' }),
    password: requiredSecret({ missing: 'errors.password.missing' }),
    confirmation: requiredSecret({ missing: 'errors.confirmation.missing' }),
  },
  async submit(visit, values) {
    const different = faultsOfConfirmation(values, visit.settings.passwords)
    if (different) return { errors: different }
    const changed = await changePassword(visit.parts, visit.organization.id, {
      accountId: signedInPerson(visit).account.id,
      currentPassword: values.currentPassword,
      password: values.password,
      visitor: visit.visitor,
      locale: visit.locale,
    })
    switch (changed.outcome) {
      case 'changed':
        visit.cookies.write('session', changed.sessionToken)
        return { goTo: '/account', notice: 'password-changed' }
      case 'wrong-current':
        return { errors: { currentPassword: [{ key: 'errors.currentPassword.wrong' }] } }
      case 'refused':
        return { errors: { password: wordsFor(changed.problems, visit.settings.passwords) } }
      case 'too-many':
        return { tooMany: changed.retryAfterSeconds }
    }
  },
})
