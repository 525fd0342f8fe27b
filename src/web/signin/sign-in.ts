import { signIn as signInWithPassword } from '../../signin/sign-in.ts'
import { requiredSecret, requiredText } from '../form.ts'
import { definePage } from '../page.ts'
import { browserOf, writeSession } from './entrance.ts'

/** Username or email, password, and one answer for everything that does not match. */
export const signIn = definePage({
  path: '/sign-in',
  template: 'signin/sign-in',
  view: ({ person, settings }) =>
    person ? { goTo: '/account' } : { view: { takesSignUps: settings.signUp.mode !== 'closed' } },
  fields: {
    identifier: requiredText({ missing: 'errors.identifier.missing', tooLong: 'errors.identifier.too-long' }),
    password: requiredSecret({ missing: 'errors.password.missing' }),
  },
  async submit(visit, values) {
    const { parts, organization, cookies } = visit
    const signedIn = await signInWithPassword(parts, organization.id, {
      ...values,
      ...browserOf(visit),
      signUpToken: cookies.read('sign-up'),
    })
    if (signedIn.outcome === 'too-many') return { tooMany: signedIn.retryAfterSeconds }
    if (signedIn.outcome === 'refused') return { errors: { form: [{ key: 'errors.sign-in.refused' }] } }
    if (signedIn.outcome === 'initial-over') {
      const key = `errors.sign-in.initial-${signedIn.why}`
      return { errors: { form: [{ key, params: { organization: organization.name } }] } }
    }
    if (signedIn.outcome === 'new-password') {
      cookies.write('half', signedIn.halfToken)
      cookies.write('device', signedIn.deviceToken)
      return { goTo: '/sign-in/new-password' }
    }
    if (signedIn.outcome === 'unverified') {
      cookies.write('sign-up', signedIn.askerToken)
      return { goTo: '/sign-up/unverified' }
    }
    if (signedIn.outcome === 'half-way') {
      cookies.write('half', signedIn.halfToken)
      return { goTo: '/sign-in/authenticator' }
    }
    writeSession(visit, signedIn)
    return { goTo: '/account' }
  },
})
