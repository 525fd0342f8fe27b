import { changePassword } from '../../profile/change-password.ts'
import { requiredSecret } from '../form.ts'
import { faultsOfConfirmation, listOfRules, wordsFor } from '../new-password.ts'
import { definePage } from '../page.ts'
import { SESSION_ENDED, signedInHere } from '../step-up.ts'
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
  stepUp: { always: 'password' },
  fields: {
    password: requiredSecret({ missing: 'errors.password.missing' }),
    confirmation: requiredSecret({ missing: 'errors.confirmation.missing' }),
  },
  async submit(visit, values) {
    const different = faultsOfConfirmation(values, visit.settings.passwords)
    if (different) return { errors: different }
    const changed = await changePassword(visit.parts, visit.organization.id, {
      ...signedInHere(visit),
      password: values.password,
      locale: visit.locale,
    })
    switch (changed.outcome) {
      case 'changed':
        visit.cookies.write('session', changed.sessionToken)
        return { goTo: '/account', notice: 'password-changed' }
      case 'refused':
        return { errors: { password: wordsFor(changed.problems, visit.settings.passwords) } }
      case 'over':
        return SESSION_ENDED
    }
  },
})
