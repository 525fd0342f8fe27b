import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { HOUR } from '../../src/platform/clock.ts'
import { press, typeNewPassword } from './every-page.ts'
import { DESKTOP, openRig, PHONE, type Rig } from './rig.ts'

const WAYS = [
  { name: 'on a phone', viewport: PHONE, javaScriptEnabled: true },
  { name: 'on a phone without scripts', viewport: PHONE, javaScriptEnabled: false },
  { name: 'on a desk', viewport: DESKTOP, javaScriptEnabled: true },
  { name: 'on a desk without scripts', viewport: DESKTOP, javaScriptEnabled: false },
]

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

/** Presses the button in the newest mail of the outbox; the mail is shown in a frame that may do nothing else. */
async function openTheMailsButton(page: Page): Promise<Page> {
  await page.getByRole('link', { name: 'Outbox' }).click()
  const opened = page.context().waitForEvent('page')
  await page.frameLocator('iframe >> nth=0').getByRole('link', { name: 'Reset Password' }).click()
  const fromMail = await opened
  await seeHeading(fromMail, 'Reset your password')
  return fromMail
}

async function seeHeading(page: Page, heading: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
}

/** The field is marked as wrong and described by these words. */
async function seeField(page: Page, label: string, words: string): Promise<void> {
  const field = page.getByLabel(label, { exact: true })
  await page.locator('.field-error', { hasText: words }).waitFor()
  expect(await field.getAttribute('aria-invalid')).to.equal('true')
  const described = (await field.getAttribute('aria-describedby'))?.split(' ')[0] ?? ''
  expect(await page.locator(`#${described}`).innerText()).to.contain(words)
}
