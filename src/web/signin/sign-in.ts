import { signIn as signInWithPassword } from '../../signin/sign-in.ts'
import { requiredSecret, requiredText } from '../form.ts'
import { definePage } from '../page.ts'

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
  async submit({ parts, organization, cookies, visitor }, values) {
    const signedIn = await signInWithPassword(parts, organization.id, {
      ...values,
      visitor,
      sessionToken: cookies.read('session'),
      halfToken: cookies.read('half'),
      deviceToken: cookies.read('device'),
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
    cookies.write('session', signedIn.sessionToken)
    cookies.write('device', signedIn.deviceToken)
    cookies.clear('half')
    cookies.clear('recovery')
    return { goTo: '/account' }
  },
})
