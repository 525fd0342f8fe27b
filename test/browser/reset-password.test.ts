import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { SECOND } from '../../src/platform/clock.ts'
import { NEW_PASSWORD, wrongCodeOfApp } from '../support/steps.ts'
import { download, scan } from './phone.ts'
import { openRig, WAYS, type Rig } from './rig.ts'
import { enterCode, openTheMailsButton, press, seeField, seeHeading, typeNewPassword } from './steps.ts'

/** Document S3 as a person sees it; the app on the phone knows nothing but the picture that it is held up to. */
describe('S3 in a browser', () => {
  let rig: Rig

  beforeEach(async () => (rig = await openRig()))
  afterEach(() => rig.close())

  for (const { name, ...options } of WAYS) {
    it(`Mia resets her password and sets up a second lock ${name}`, async function () {
      this.timeout(30_000)
      const page = await rig.person(options)
      await askForLink(page)
      await rig.portal.deliver()
      const fromMail = await openTheMailsButton(page)
      await press(fromMail, 'Continue')

      await seeHeading(fromMail, 'Set up your authenticator app')
      const app = await scan(fromMail, await rig.person())
      const shown = () => app.generate({ timestamp: rig.portal.clock.now().getTime() })
      expect(app.issuer).to.equal('Lantern Platform')
      await enterCode(fromMail, wrongCodeOfApp(rig.portal.clock.now(), app.secret.base32))
      await seeField(fromMail, 'Code from your app', 'This is not the code of this key')
      await enterCode(fromMail, shown())

      await seeHeading(fromMail, 'Keep your recovery codes')
      const kept = await download(fromMail)
      expect(kept).to.have.length(10)
      await enterCode(fromMail, kept[6] ?? '')
      await typeNewPassword(fromMail, NEW_PASSWORD)
      await seeHeading(fromMail, 'Hello, Mia Tanaka')

      await press(fromMail, 'Sign out')
      await fromMail.getByLabel('Username or email').fill('mia')
      await fromMail.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
      await press(fromMail, 'Sign in')
      rig.portal.clock.pass(30 * SECOND)
      await enterCode(fromMail, shown(), 'Sign in')
      await seeHeading(fromMail, 'Hello, Mia Tanaka')
      expect(rig.complaints).to.deep.equal([])
    })
  }
})

async function askForLink(page: Page): Promise<void> {
  await page.goto('/lantern/sign-in')
  await page.getByRole('link', { name: 'Forgot password?' }).click()
  await page.getByLabel('Username or email').fill('miya')
  await press(page, 'Send Reset Link')
  await seeField(page, 'Username or email', 'is not correct')
  await page.getByLabel('Username or email').fill('mia')
  await press(page, 'Send Reset Link')
  await seeHeading(page, 'Request received, please check your email')
}
