import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { HOUR } from '../../src/platform/clock.ts'
import { openRig, WAYS, type Rig } from './rig.ts'
import { openTheMailsButton, press, seeField, seeHeading, typeNewPassword } from './steps.ts'

/** Document S0 as a person sees it: every step is reached by what is on the page, the mail's button included. */
describe('S0 in a browser', () => {
  let rig: Rig

  before(async () => (rig = await openRig()))
  after(() => rig.close())

  for (const [index, { name, ...options }] of WAYS.entries()) {
    it(`Mia recovers her password ${name}`, async function () {
      this.timeout(30_000)
      const password = `Tr4vel-Lamp!${index}`
      const page = await rig.person(options)
      await askForLink(page)
      await rig.portal.deliver()
      const fromMail = await openTheMailsButton(page)
      await press(fromMail, 'Continue')

      await typeNewPassword(fromMail, 'Travel9lamp')
      await seeField(fromMail, 'New Password', 'The password must include a symbol')
      await typeNewPassword(fromMail, password)
      await seeHeading(fromMail, 'Your password is changed')

      await fromMail.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
      await fromMail.getByLabel('Username or email').fill('mia@harbour.example')
      await fromMail.getByLabel('Password', { exact: true }).fill(password)
      await press(fromMail, 'Sign in')
      await seeHeading(fromMail, 'Hello, Mia Tanaka')
      expect(rig.complaints).to.deep.equal([])
      await page.context().close()
      await rig.portal.deliver()
      // The next one asks again, and three mails an hour are all that an account gets.
      rig.portal.clock.pass(HOUR)
    })
  }
})

async function askForLink(page: Page): Promise<void> {
  await page.goto('/harbour/sign-in')
  await page.getByRole('link', { name: 'Forgot password?' }).click()
  await page.getByLabel('Email').fill('mia@harbour.example')
  await press(page, 'Send Reset Link')
  await seeHeading(page, 'Request received, please check your email')
}
