import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { download, scan } from './phone.ts'
import { openRig, WAYS, type Rig } from './rig.ts'
import { enterCode, press, seeField, seeHeading, signIn } from './steps.ts'

/** The Personal Centre as a person walks it, with the app on a phone that knows nothing but the picture. */
describe('the Personal Centre in a browser', () => {
  let rig: Rig

  beforeEach(async () => (rig = await openRig()))
  afterEach(() => rig.close())

  for (const { name, ...options } of WAYS) {
    it(`Mia sets up an authenticator, signs in with it and ends a session ${name}`, async function () {
      this.timeout(40_000)
      const laptop = await rig.person()
      const page = await rig.person(options)
      await signIn(page, 'harbour', 'mia')
      await page.getByRole('link', { name: 'Add a second lock: set up an authenticator app' }).click()
      await page.getByRole('link', { name: 'Set it up' }).click()
      await seeHeading(page, 'Set up your authenticator app')
      await page.getByLabel('Current Password').fill('not this')
      await press(page, 'Set it up')
      await seeField(page, 'Current Password', 'This is not your current password')
      const shows = page.getByRole('button', { name: 'Show Current Password', exact: true })
      // As at every password, once the script is there.
      if (options.javaScriptEnabled) await shows.waitFor()
      else expect(await shows.count()).to.equal(0)
      await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
      await press(page, 'Set it up')

      await seeHeading(page, 'Add your account to the app')
      const app = await scan(page, await rig.person())
      const shown = () => app.generate({ timestamp: rig.portal.clock.now().getTime() })
      expect([app.issuer, app.label]).to.deep.equal(['Harbour Cloud', 'mia'])
      await enterCode(page, shown())
      await seeHeading(page, 'Keep your recovery codes')
      const kept = await download(page)
      expect(kept).to.have.length(10)
      await enterCode(page, kept[3] ?? '', 'Finish')
      await seeHeading(page, 'Authenticator app')
      await page.getByRole('status').getByText('Your authenticator app is set up.').waitFor()

      rig.portal.clock.pass(30 * SECOND)
      await signIn(laptop, 'harbour', 'mia')
      await enterCode(laptop, shown(), 'Sign in')
      await seeHeading(laptop, 'Hello, Mia Tanaka')
      rig.portal.clock.pass(11 * MINUTE)
      await endTheOther(page, shown)
      await laptop.reload()
      await seeHeading(laptop, 'Sign in')
      expect(rig.complaints).to.deep.equal([])
    })
  }
})

async function endTheOther(page: Page, code: () => string): Promise<void> {
  const places = page.getByRole('navigation', { name: 'My Account' })
  await places.getByRole('link', { name: 'Sessions' }).click()
  await seeHeading(page, 'Where you are signed in')
  expect(await places.locator('[aria-current]').innerText()).to.equal('Sessions')
  await page.locator('.choice').click()
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  await page.getByLabel('Code from your app, or a recovery code').fill('1')
  await press(page, 'Sign it out')
  await seeField(page, 'Code from your app, or a recovery code', 'has six digits')
  expect(await page.getByRole('radio').isChecked(), 'what was chosen is kept').to.equal(true)
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  await page.getByLabel('Code from your app, or a recovery code').fill(code())
  await press(page, 'Sign it out')
  await page.getByRole('status').getByText('That browser is signed out.').waitFor()
}
