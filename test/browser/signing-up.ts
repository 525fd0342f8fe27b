import type { Page } from 'playwright-core'
import { DAY, MINUTE } from '../../src/platform/clock.ts'
import { NEW_PASSWORD, RINA, RINAS_PASSWORD } from '../support/steps.ts'
import type { Scene } from './every-page.ts'
import type { Rig } from './rig.ts'
import { fillSignUp, followNewLink, newestVerification, press, typeNewPassword } from './steps.ts'

/** Sign-up and what follows it, each page in every state that looks different. */
export async function* signingUp(rig: Rig): AsyncGenerator<Scene> {
  const { portal } = rig
  // Nobody else's tries must use up theirs.
  const person = (address: string) => rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': address } })
  const page = await person('198.51.100.31')
  await page.goto('/harbour/sign-up')
  yield { state: 'sign-up for companies', page }
  await press(page, 'Sign Up')
  yield { state: 'sign-up, nothing filled in', page }
  await fillSignUp(page, { ...RINA, email: 'rina@gmail.com', password: 'rina', phone: '0812' })
  await page.getByRole('checkbox').uncheck()
  await press(page, 'Sign Up')
  yield { state: 'sign-up, everything refused', page }
  await fillSignUp(page, RINA)
  await press(page, 'Sign Up')
  yield { state: 'signed up', page }
  await press(page, 'Send it again')
  yield { state: 'signed up, asked again too early', page }
  portal.clock.pass(MINUTE)
  await press(page, 'Send it again')
  yield { state: 'signed up, sent again', page }
  await page.goto('/harbour/sign-in')
  await page.getByLabel('Username or email').fill(RINA.email)
  await page.getByLabel('Password', { exact: true }).fill(RINAS_PASSWORD)
  await press(page, 'Sign in')
  yield { state: 'signed in before verification', page }
  // From a network of their own, which sends a mail to the same mailbox.
  yield* links(rig, page, await person('203.0.113.32'))
  yield* recoveringUnverified(rig, page)

  const other = await person('198.51.100.33')
  await other.goto('/meadow/sign-up')
  yield { state: 'sign-up, closed', page: other }
  await other.goto('/acme/sign-up')
  yield { state: 'sign-up, open', page: other }
  await fillSignUp(other, { ...RINA, email: 'mia@acme.example' })
  await press(other, 'Sign Up')
  await portal.deliver()
  await other.context().close()
  await page.context().close()
}

/** The mail's link, alive and in every way dead. */
async function* links({ portal }: Rig, page: Page, stranger: Page): AsyncGenerator<Scene> {
  await portal.deliver()
  const link = await newestVerification(portal)
  await page.goto(link)
  yield { state: 'verify', page }
  await stranger.goto(link)
  yield { state: 'verify, in another browser', page: stranger }
  await stranger.goto('/harbour/sign-up')
  await fillSignUp(stranger, { ...RINA, fullName: 'A stranger' })
  await press(stranger, 'Sign Up')
  await portal.deliver()
  const strangers = await newestVerification(portal)
  await page.goto(strangers)
  yield { state: 'verify, signed up more than once', page }
  await press(page, 'Verify Your Email Address')
  yield { state: 'verify, the password is asked for', page }
  portal.clock.pass(DAY)
  await page.goto(strangers)
  yield { state: 'verify, expired', page }
  portal.clock.pass(-DAY)
  await page.goto(link)
  await press(page, 'Verify Your Email Address')
  yield { state: 'verified', page }
  await page.goto(link)
  yield { state: 'verify, used', page }
  await page.goto(strangers)
  yield { state: 'verify, overtaken', page }
  await page.goto('/harbour/verify-email?token=torn')
  yield { state: 'verify, not known', page }
}

/** Somebody who never proved the mailbox, and asks for a new password instead. */
async function* recoveringUnverified({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  const email = 'ratna@lintas.example'
  // Scenes before this one had it ask for authenticators.
  const asking = async (authenticator: 'off' | 'require') =>
    portal.change('harbour', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, authenticator },
    }))
  await asking('off')
  await page.goto('/harbour/sign-up')
  await fillSignUp(page, { ...RINA, email })
  await press(page, 'Sign Up')
  await followNewLink(page, portal, 'harbour', email)
  yield { state: 'new password, with the terms', page }
  await typeNewPassword(page, NEW_PASSWORD)
  yield { state: 'new password, the terms not agreed to', page }
  await asking('require')
}
