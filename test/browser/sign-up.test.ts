import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { RINA, RINAS_PASSWORD } from '../support/steps.ts'
import { openRig, WAYS, type Rig } from './rig.ts'
import { fillSignUp, openTheMailsButton, press, seeField, seeHeading } from './steps.ts'

/** Document S1 as a person sees it: every step is reached by what is on the page, the mail's button included. */
describe('S1 in a browser', () => {
  let rig: Rig

  before(async () => (rig = await openRig()))
  after(() => rig.close())

  for (const [index, { name, ...options }] of WAYS.entries()) {
    it(`Rina signs up ${name}`, async function () {
      this.timeout(30_000)
      const email = `rina${index}@lintas.example`
      const page = await rig.person(options)
      await page.goto('/harbour/sign-in')
      await page.getByRole('link', { name: 'Sign Up' }).click()
      await fillSignUp(page, { ...RINA, email: 'rina@gmail.com', password: 'CopperKettle77' })
      if (options.javaScriptEnabled) await seeTicks(page)
      await press(page, 'Sign Up')
      await seeField(page, 'Email', 'Use your company’s address.')
      await seeField(page, 'Password', 'The password must include a symbol')

      await page.getByLabel('Email', { exact: true }).fill(email)
      await page.getByLabel('Password', { exact: true }).fill(RINAS_PASSWORD)
      await press(page, 'Sign Up')
      await seeHeading(page, 'Congratulations! Your account has been created.')
      await rig.portal.deliver()
      const fromMail = await openTheMailsButton(
        page,
        'Verify Your Email Address',
        'Verify your email address',
      )
      await press(fromMail, 'Verify Your Email Address')
      await seeHeading(fromMail, 'Verification successful.')

      await fromMail.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
      await fromMail.getByLabel('Username or email').fill(email)
      await fromMail.getByLabel('Password', { exact: true }).fill(RINAS_PASSWORD)
      await press(fromMail, 'Sign in')
      await seeHeading(fromMail, 'Hello, Rina Wulandari')
      expect(rig.complaints).to.deep.equal([])
      await page.context().close()
    })
  }
})

/** The script ticks what is met while it is typed, and leaves the symbol open. */
async function seeTicks(page: Page): Promise<void> {
  const state = (rule: string) => page.locator(`[data-rule=${rule}]`).getAttribute('data-state')
  expect([await state('upper'), await state('digit'), await state('symbol')]).to.deep.equal([
    'met',
    'met',
    'open',
  ])
}
