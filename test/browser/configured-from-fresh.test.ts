import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { DEMO_ORGANIZATIONS, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { parseSettings } from '../../src/organizations/settings.ts'
import { currentSettings } from '../../src/organizations/store.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { foundOrganization, letOwnerIn, settle } from '../support/fresh.ts'
import { codeOfApp, NEW_PASSWORD, RINA, RINAS_PASSWORD } from '../support/steps.ts'
import { openRig, type Rig } from './rig.ts'
import {
  askForCode,
  enterCode,
  fillSignUp,
  followNewLink,
  keyOn,
  newestCode,
  newestLink,
  newestVerification,
  press,
  seeHeading,
  signIn,
  typeNewPassword,
} from './steps.ts'

/**
 * What each document asks for, decided by the owner of an organization that was made a minute ago, through the pages alone;
 * then the document's own way, by a person of it.
 */
describe('An organization is made, and its owner configures it through the pages', function () {
  this.timeout(40_000)
  let rig: Rig
  let page: Page

  before(async () => (rig = await openRig()))
  beforeEach(async () => (page = await rig.person()))
  afterEach(async () => {
    await page.context().close()
    expect(rig.complaints).to.deep.equal([])
  })
  after(() => rig.close())

  it('as document S0 asks: a link by mail; its owner came in by their invitation, and proves who they are', async () => {
    await foundOrganization(rig.portal, 'fresh-s0')
    await page.goto(await newestLink(rig.portal))
    await press(page, 'Continue')
    await typeNewPassword(page, DEMO_PASSWORD)
    await seeHeading(page, 'Your account is ready')
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
    await page.getByLabel('Username or email').fill('owner@fresh-s0.example')
    await page.getByLabel('Password', { exact: true }).fill(DEMO_PASSWORD)
    await press(page, 'Sign in')
    await page.getByRole('link', { name: 'Manage', exact: true }).click()

    rig.portal.clock.pass(11 * MINUTE)
    await decideRecovery('A link by email', { authenticator: 'off', identifier: 'email' }, proveAgain)
    await decideSignUp()
    await isConfiguredAs('harbour', 'fresh-s0')
    await recoverByLink('fresh-s0', 'mia@fresh-s0.example', NEW_PASSWORD)
  })

  it('as document S1 asks: who has a company address signs up', async () => {
    await enter('fresh-s1')
    await decideRecovery('A link by email', { authenticator: 'off', identifier: 'email' })
    await decideSignUp()
    await isConfiguredAs('harbour', 'fresh-s1')
    await page.goto('/fresh-s1/sign-in')
    await page.getByRole('link', { name: 'Sign Up' }).click()
    await fillSignUp(page, RINA)
    await press(page, 'Sign Up')
    await seeHeading(page, 'Congratulations! Your account has been created.')
    await rig.portal.deliver()
    await page.goto(await newestVerification(rig.portal))
    await press(page, 'Verify Your Email Address')
    await signIn(page, 'fresh-s1', RINA.email, RINAS_PASSWORD)
    await seeHeading(page, 'Hello, Rina Wulandari')
  })

  it('as document S2 asks: an owner is known by a username, and chooses a code by SMS', async () => {
    await enter('fresh-s2')
    await decideRecovery('Email or SMS', {
      countries: 'United Kingdom, Indonesia, United States',
      authenticator: 'off',
      identifier: 'username',
      smsAloneForManagers: 'allowed',
    })
    await decideLook({ color: '#b3541e' })
    await isConfiguredAs('summit', 'fresh-s2')
    await settle(rig.portal, 'fresh-s2', { username: 'ayu', fullName: 'Ayu Lestari', role: 'owner' })
    await askForCode(page, 'fresh-s2', 'ayu')
    await rig.portal.deliver()
    await enterCode(page, await newestCode(rig.portal))
    await typeNewPassword(page, NEW_PASSWORD)
    await seeHeading(page, 'Your password is changed')
    await signIn(page, 'fresh-s2', 'ayu', NEW_PASSWORD)
    await seeHeading(page, 'Hello, Ayu Lestari')
  })

  it('as document S3 asks: everybody sets up an authenticator app, and is told where a name is wrong', async () => {
    await enter('fresh-s3')
    await decideRecovery('An authenticator app for everybody', { unknownPerson: 'helpful' })
    const administrator = 'your administrator'
    await decideLook({
      color: '#6a3fa0',
      support: { kind: 'text', value: administrator, label: administrator },
    })
    await isConfiguredAs('lantern', 'fresh-s3')
    await settle(rig.portal, 'fresh-s3', MIA)
    await page.goto('/fresh-s3/recover')
    await page.locator('#identifier').fill('miya')
    await press(page, 'Send Reset Link')
    await page.locator('.field-error', { hasText: 'is not correct' }).waitFor()
    await followNewLink(page, rig.portal, 'fresh-s3', 'mia')
    await enterCode(page, codeOfApp(rig.portal.clock.now(), await keyOn(page)))
    await enterCode(page, (await page.locator('.codes code').first().textContent()) ?? '')
    await typeNewPassword(page, NEW_PASSWORD)
    await seeHeading(page, 'Hello, Mia Tanaka')
  })

  it('as document S4 asks: a link that works for an hour, and passwords without small letters', async () => {
    await enter('fresh-s4')
    await decideRecovery('A link that works for an hour', { authenticator: 'off', identifier: 'email' })
    await page.goto('/fresh-s4/manage/passwords')
    await page.getByLabel('Asks for a small letter').uncheck()
    await save()
    await decideLook({
      color: '#2e7d4f',
      support: { kind: 'email', value: 'support@meadow.example', label: 'the Meadow support team' },
    })
    await isConfiguredAs('meadow', 'fresh-s4')
    await recoverByLink('fresh-s4', 'mia@fresh-s4.example', 'TR4VEL-LAMP!9')
  })

  /** Founds an organization and signs its owner in. */
  async function enter(slug: string): Promise<void> {
    await foundOrganization(rig.portal, slug)
    await letOwnerIn(rig.portal, slug)
    await signIn(page, slug, `owner@${slug}.example`)
    await page.getByRole('link', { name: 'Manage', exact: true }).click()
  }

  /** Starts from a preset, changes what it does not decide, looks at what follows, and saves it. */
  async function decideRecovery(
    preset: string,
    { countries, ...choices }: Record<string, string>,
    prove?: () => Promise<void>,
  ): Promise<void> {
    await page.getByRole('navigation').getByRole('link', { name: 'Recovery', exact: true }).click()
    await page.getByRole('link', { name: new RegExp(`^${preset}`) }).click()
    if (countries !== undefined) await page.getByLabel('Countries that texts go to').fill(countries)
    await choose(choices)
    await press(page, 'See what follows')
    await seeHeading(page, 'What would follow')
    await prove?.()
    await press(page, 'Save these settings')
    await seeSaved()
  }

  async function decideSignUp(): Promise<void> {
    await page.getByRole('navigation').getByRole('link', { name: 'Sign-up', exact: true }).click()
    await choose({ mode: 'company' })
    await page.getByLabel('Where they can be read').fill('https://harbour.example/terms')
    await page.getByLabel('Version of the terms').fill('2026-01')
    await save()
  }

  async function decideLook({ color, support }: Look): Promise<void> {
    await page.getByRole('navigation').getByRole('link', { name: 'Branding', exact: true }).click()
    await page.getByLabel('Colour').fill(color)
    if (support) {
      await choose({ supportKind: support.kind })
      await page.getByLabel('Contact', { exact: true }).fill(support.value)
      await page.getByLabel('What it is called').fill(support.label)
    }
    await save()
  }

  async function choose(choices: Record<string, string>): Promise<void> {
    for (const [name, value] of Object.entries(choices))
      await page.locator(`input[name=${name}][value=${value}]`).check()
  }

  async function save(): Promise<void> {
    await press(page, 'See what follows')
    await press(page, 'Save these settings')
    await seeSaved()
  }

  async function seeSaved(): Promise<void> {
    await page.getByRole('status').filter({ hasText: 'Saved as version' }).waitFor()
  }

  async function proveAgain(): Promise<void> {
    await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  }

  /** That what the owner decided is what the demo has for the same document; then the owner leaves. */
  async function isConfiguredAs(demo: string, slug: string): Promise<void> {
    const wanted = DEMO_ORGANIZATIONS.find((organization) => organization.slug === demo)?.settings
    const { settings } = await rig.portal.within(slug, currentSettings)
    expect(settings).to.deep.equal(parseSettings(wanted))
    await press(page, 'Sign out')
  }

  async function recoverByLink(slug: string, email: string, password: string): Promise<void> {
    await settle(rig.portal, slug, MIA)
    await followNewLink(page, rig.portal, slug, email)
    await typeNewPassword(page, password)
    await seeHeading(page, 'Your password is changed')
    await signIn(page, slug, email, password)
    await seeHeading(page, 'Hello, Mia Tanaka')
  }
})

const MIA = { username: 'mia', fullName: 'Mia Tanaka', role: 'member' } as const

/** What the page for the look of an organization is filled in with. */
interface Look {
  color: string
  support?: { kind: string; value: string; label: string }
}
