import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { HOUR } from '../../src/platform/clock.ts'
import { openRig, WAYS, type Rig } from './rig.ts'
import { enterCode, press, seeField, seeHeading, typeNewPassword } from './steps.ts'

/** Document S2 by SMS, as a person sees it: every step is reached by what is on the page. */
describe('S2 by SMS in a browser', () => {
  let rig: Rig

  before(async () => (rig = await openRig()))
  after(() => rig.close())

  for (const [index, { name, ...options }] of WAYS.entries()) {
    it(`Olivia recovers her password ${name}`, async function () {
      this.timeout(30_000)
      const password = `Tr4vel-Lamp!${index}`
      const page = await rig.person(options)
      await chooseSms(page)
      await enterCode(page, '00000000')
      await seeField(page, 'Code from the message', 'You have 4 tries left.')
      await rig.portal.deliver()
      await enterCode(page, await codeOnThePhone(page))

      await seeHeading(page, 'Create a new password')
      await typeNewPassword(page, password)
      await seeHeading(page, 'Your password is changed')
      await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
      await page.getByLabel('Username or email').fill('olivia')
      await page.getByLabel('Password', { exact: true }).fill(password)
      await press(page, 'Sign in')
      await seeHeading(page, 'Hello, Olivia Santoso')
      expect(rig.complaints).to.deep.equal([])
      await page.context().close()
      await rig.portal.deliver()
      // The next one asks again, and a number gets few texts a day.
      rig.portal.clock.pass(24 * HOUR)
    })
  }
})

async function chooseSms(page: Page): Promise<void> {
  await page.goto('/summit/sign-in')
  await page.getByRole('link', { name: 'Forgot password?' }).click()
  await page.getByLabel('Username').fill('olivia')
  await press(page, 'Proceed')
  await seeHeading(page, 'How shall we reach you?')
  await press(page, 'Proceed')
  await page.getByRole('alert').getByRole('link', { name: 'Choose how we reach you' }).waitFor()
  await page.getByLabel('Send SMS OTP').check()
  await press(page, 'Proceed')
  await seeHeading(page, 'Request received, please check your phone')
}

/** Reads the newest text in the outbox, in a window beside the page. */
async function codeOnThePhone(page: Page): Promise<string> {
  const phone = await page.context().newPage()
  await phone.goto('/demo/outbox')
  const text = await phone.locator('.message[open] pre').innerText()
  await phone.close()
  return /\d{6,}/.exec(text)?.[0] ?? ''
}
