import { expect } from 'chai'
import { handOut } from '../support/people.ts'
import { NEW_PASSWORD } from '../support/steps.ts'
import { openRig, WAYS, type Rig } from './rig.ts'
import { openTheMailsButton, press, seeField, seeHeading, signIn, typeNewPassword } from './steps.ts'

/** The first lines of document S3 as a person sees them: an administrator created the account, with a username and a password. */
describe('S3 in a browser: the first sign-in', () => {
  let rig: Rig

  beforeEach(async () => (rig = await openRig()))
  afterEach(() => rig.close())

  for (const { name, ...options } of WAYS) {
    it(`Rani signs in with what Adam gave her, and chooses her own password ${name}`, async function () {
      this.timeout(30_000)
      const page = await rig.person(options)
      await signIn(page, 'lantern', 'rani', await handOut(rig.portal))
      await seeHeading(page, 'Choose your own password')
      expect(await page.locator('main').innerText()).to.contain(
        'Adam Wirawan made the account rani ready for you',
      )
      await typeNewPassword(page, 'Travel-Lamp')
      await seeField(page, 'New Password', 'must include a number')
      await typeNewPassword(page, NEW_PASSWORD)

      await seeHeading(page, 'Add your email address')
      expect(await page.locator('.notice').innerText()).to.contain('Your own password is set.')
      expect(await page.getByLabel('Email address').getAttribute('autocomplete')).to.equal('email')
      await page.getByRole('link', { name: 'Skip for now' }).click()
      await seeHeading(page, 'Hello, Rani Putri')
      expect(await page.locator('main').innerText()).to.contain('None yet')
      await page.goBack()
      await page.getByLabel('Email address').fill('rani@lintas.example')
      await page.getByLabel('Current Password', { exact: true }).fill(NEW_PASSWORD)
      await press(page, 'Save')
      await seeHeading(page, 'Profile')
      await rig.portal.deliver()
      const fromMail = await openTheMailsButton(page, 'Confirm this address', 'Confirm your email address')
      await press(fromMail, 'Confirm this address')
      await page.goto('/lantern/account')
      expect(await page.locator('main').innerText()).to.contain('rani@lintas.example')

      await press(page, 'Sign out')
      await signIn(page, 'lantern', 'rani', NEW_PASSWORD)
      await seeHeading(page, 'Hello, Rani Putri')
      expect(rig.complaints).to.deep.equal([])
    })
  }
})
