import type { Page } from 'playwright-core'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { HOUR, SECOND } from '../../src/platform/clock.ts'
import { NEW_PHONE, PROFILE } from '../support/contacts.ts'
import type { Portal } from '../support/portal.ts'
import { changeAccount } from '../support/steps.ts'
import type { Scene } from './every-page.ts'
import type { Rig } from './rig.ts'
import { enterCode, newestCode, newestConfirmation, newestUndoLink, press, signIn } from './steps.ts'

const HERE = `/acme${PROFILE}`
const NEW = 'adam.wirawan-the-second@a-rather-long-company-name.example'

/** The profile, each page in every state that looks different. */
export async function* profilePages(rig: Rig): AsyncGenerator<Scene> {
  const page = await rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': '198.51.100.45' } })
  yield* nothingYet(rig.portal, page)
  yield* signedOutMeanwhile(page)
  yield* newAddress(rig.portal, page)
  yield* newNumber(rig.portal, page)
  yield* removals(rig.portal, page)
  await page.context().close()
}

async function* nothingYet(portal: Portal, page: Page): AsyncGenerator<Scene> {
  await signIn(page, 'acme', 'nils')
  yield { state: 'account home, no way back', page }
  await page.goto(HERE)
  yield { state: 'profile, nothing yet', page }
  await page.goto(`${HERE}/email`)
  yield { state: 'profile, add an address', page }
  await page.goto(`${HERE}/name`)
  await page.getByLabel('Full name').fill('')
  await press(page, 'Save')
  yield { state: 'profile, no name', page }
  await portal.change('acme', (settings) => ({ ...settings, sms: { ...settings.sms, countries: ['ID'] } }))
  await page.goto(`${HERE}/phone`)
  yield { state: 'profile, add a number, of one country', page }
  await portal.change('acme', (settings) => ({
    ...settings,
    sms: { ...settings.sms, countries: ['GB', 'ID', 'US'] },
  }))
  await page.goto(`${HERE}/email`)
  await page.getByLabel('Email address').fill('nils@home.example')
  await typeOwnPassword(page)
  await press(page, 'Send the message')
  await portal.deliver()
  await page.context().clearCookies()
  await page.goto(await newestConfirmation(portal))
  yield { state: 'confirm a first address, signed out', page }
}

async function* signedOutMeanwhile(page: Page): AsyncGenerator<Scene> {
  const leftOpen = async () => {
    await page.context().clearCookies()
    await signIn(page, 'acme', 'nils')
    await page.goto(`${HERE}/name`)
    await page.getByLabel('Full name').fill('Nils Lindqvist-Berg')
    const other = await page.context().newPage()
    await other.goto('/acme/account')
    await press(other, 'Sign out')
    return other
  }
  await leftOpen()
  await press(page, 'Save')
  yield { state: 'sign-in, a form is kept', page }
  await signIn(page, 'acme', 'nils')
  yield { state: 'profile, a form that was kept', page }
  await signIn(await leftOpen(), 'acme', 'adam')
  await press(page, 'Save')
  yield { state: 'account home, a page left open by somebody else', page }
  await page.context().clearCookies()
}

async function* newAddress(portal: Portal, page: Page): AsyncGenerator<Scene> {
  await signInAnew(page)
  await page.goto(HERE)
  yield { state: 'profile', page }
  await page.getByRole('link', { name: 'Change your email address' }).click()
  await press(page, 'Send the message')
  yield { state: 'profile, no address and no proof', page }
  await page.getByLabel('New email address').fill(NEW)
  await typeOwnPassword(page)
  await press(page, 'Send the message')
  yield { state: 'profile, an address waits', page }
  await press(page, 'Send it again')
  yield { state: 'profile, asked again too early', page }
  portal.clock.pass(SECOND)
  await portal.deliver()
  const link = await newestConfirmation(portal)
  await page.goto(link)
  yield { state: 'confirm an address', page }
  await press(page, 'Confirm this address')
  yield { state: 'address confirmed', page }
  await page.goto(HERE)
  yield { state: 'profile, the address is new', page }
  await page.goto('/acme/account')
  yield { state: 'account home, the address is new', page }
  portal.clock.pass(SECOND)
  await portal.deliver()
  await page.goto(await newestUndoLink(portal))
  yield { state: 'undo an address', page }
  await page.goto(`${HERE}/email`)
  await page.getByLabel('New email address').fill('adam@third.example')
  await typeOwnPassword(page)
  await press(page, 'Send the message')
  portal.clock.pass(SECOND)
  await portal.deliver()
  await portal.change('acme', ({ signUp, ...settings }) => ({
    ...settings,
    signUp: { ...signUp, deniedDomains: ['third.example'] },
  }))
  await page.goto(await newestConfirmation(portal))
  yield { state: 'confirm an address, not accepted any more', page }
  await page.goto(HERE)
  await press(page, 'Forget this address')
  yield { state: 'profile, the address is forgotten', page }
  await page.goto(`${HERE}/confirm-email?token=none`)
  yield { state: 'confirm an address, unknown link', page }
}

async function* newNumber(portal: Portal, page: Page): AsyncGenerator<Scene> {
  await page.goto(`${HERE}/phone`)
  await page.getByLabel('Mobile number').fill('+49 1512 3456789')
  await typeOwnPassword(page)
  await press(page, 'Send the code')
  yield { state: 'profile, a number of another country', page }
  await page.getByLabel('Mobile number').fill(NEW_PHONE)
  await typeOwnPassword(page)
  await press(page, 'Send the code')
  yield { state: 'profile, code', page }
  await enterCode(page, '00000000')
  yield { state: 'profile, wrong code', page }
  await page.goto(HERE)
  yield { state: 'profile, a number waits', page }
  portal.clock.pass(SECOND)
  await portal.deliver()
  await page.getByRole('link', { name: 'Enter the code' }).click()
  await enterCode(page, await newestCode(portal))
  yield { state: 'profile, number confirmed', page }
  await changeAccount(portal, 'acme', 'adam', { email_verified_at: null })
  await page.goto(`${HERE}/phone`)
  yield { state: 'profile, first the address', page }
  await changeAccount(portal, 'acme', 'adam', { email_verified_at: portal.clock.now() })
}

async function* removals(portal: Portal, page: Page): AsyncGenerator<Scene> {
  await page.goto(`${HERE}/remove-email`)
  yield { state: 'profile, an address that is needed', page }
  portal.clock.pass(72 * HOUR)
  await signInAnew(page)
  await page.goto(`${HERE}/remove-phone`)
  yield { state: 'profile, remove a number', page }
}

async function typeOwnPassword(page: Page): Promise<void> {
  await page.getByLabel('Current Password', { exact: true }).fill(DEMO_PASSWORD)
}

async function signInAnew(page: Page): Promise<void> {
  await page.context().clearCookies()
  await signIn(page, 'acme', 'adam')
}
