import { sendAgain, signUpOfBrowser } from '../../signup/again.ts'
import { definePage } from '../page.ts'

/** "Congratulations! … please check your email", the same for everyone, with a way to ask for the message again. */
export const sent = waitingForMailbox('/sign-up/sent')

/** The same for who signs in before they have pressed the button in that message. */
export const unverified = waitingForMailbox('/sign-up/unverified')

function waitingForMailbox(path: '/sign-up/sent' | '/sign-up/unverified') {
  return definePage({
    path,
    template: 'signup/sent',
    async view({ parts, organization, cookies, settings }) {
      const signUp = await signUpOfBrowser(parts, organization.id, cookies.read('sign-up'))
      if (!signUp) return { goTo: '/sign-up' }
      const hours = settings.signUp.verificationHours
      return { view: { ...signUp, hours, path, isSignIn: path === '/sign-up/unverified' } }
    },
    fields: {},
    async submit({ parts, organization, cookies }) {
      const asked = await sendAgain(parts, organization.id, cookies.read('sign-up'))
      if (!asked) return { goTo: '/sign-up' }
      if (asked.outcome === 'too-early') return { tooMany: asked.retryAfterSeconds, early: true }
      return { goTo: path, notice: 'verification-sent-again' }
    },
  })
}
