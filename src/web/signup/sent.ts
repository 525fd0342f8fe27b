import { sendAgain, signUpOfBrowser } from '../../signup/again.ts'
import { definePage } from '../page.ts'

/** "Congratulations! … please check your email", the same for everyone, with a way to ask for the message again. */
export const sent = definePage({
  path: '/sign-up/sent',
  template: 'signup/sent',
  async view({ parts, organization, cookies, settings }) {
    const signUp = await signUpOfBrowser(parts, organization.id, cookies.read('sign-up'))
    if (!signUp) return { goTo: '/sign-up' }
    return { view: { ...signUp, hours: settings.signUp.verificationHours } }
  },
  fields: {},
  async submit({ parts, organization, cookies }) {
    const asked = await sendAgain(parts, organization.id, cookies.read('sign-up'))
    if (!asked) return { goTo: '/sign-up' }
    if (asked.outcome === 'too-early') return { tooMany: asked.retryAfterSeconds, early: true }
    return { goTo: '/sign-up/sent', notice: 'verification-sent-again' }
  },
})
