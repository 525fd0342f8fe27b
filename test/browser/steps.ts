import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { SECOND } from '../../src/platform/clock.ts'
import type { Portal } from '../support/portal.ts'
import type { RINA } from '../support/steps.ts'

/** The link of the newest mail in the outbox. */
export async function newestLink(portal: Portal): Promise<string> {
  return newestIn(portal, /http:\/\/\S+\/recover\/link\?token=\S+/)
}

/** The link that proves a mailbox, of the newest mail in the outbox. */
export async function newestVerification(portal: Portal): Promise<string> {
  return newestIn(portal, /http:\/\/\S+\/verify-email\?token=\S+/)
}

/** The link that proves a new address, of the newest mail in the outbox. */
export async function newestConfirmation(portal: Portal): Promise<string> {
  return newestIn(portal, /http:\/\/\S+\/confirm-email\?token=\S+/)
}

/** The link of the newest mail about a change. */
export async function newestUndoLink(portal: Portal): Promise<string> {
  return newestIn(portal, /http:\/\/\S+\/recover\/undo-change\?\S+/)
}

/** The code of the newest text in the outbox. */
export async function newestCode(portal: Portal): Promise<string> {
  return (await newestIn(portal, /#\d+$/)).slice(1)
}

/** What a pattern finds in the newest message of the outbox that has it. */
export async function newestIn({ url }: Portal, pattern: RegExp): Promise<string> {
  const messages = (await (await fetch(`${url}/demo/outbox.json`)).json()) as { text: string }[]
  const newest = messages
    .map(({ text }) => pattern.exec(text)?.[0])
    .find((found): found is string => found !== undefined)
  if (newest === undefined) throw new Error(`no message of the outbox has ${pattern}`)
  return newest
}

export async function signIn(
  page: Page,
  organization: string,
  identifier: string,
  password = DEMO_PASSWORD,
): Promise<void> {
  await page.goto(`/${organization}/sign-in`)
  await page.getByLabel('Username or email').fill(identifier)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await press(page, 'Sign in')
}

/** Asks for a link by mail, lets it leave, opens it and presses the button on its page. */
export async function followNewLink(
  page: Page,
  portal: Portal,
  organization: string,
  identifier: string,
): Promise<void> {
  // The outbox knows the newest of two mails by the second in which they were asked for.
  portal.clock.pass(SECOND)
  await page.goto(`/${organization}/recover`)
  await page.locator('#identifier').fill(identifier)
  await press(page, 'Send Reset Link')
  await portal.deliver()
  await page.goto(await newestLink(portal))
  await press(page, 'Continue')
}

/** Asks for a code by SMS, where an organization offers both ways; the text does not leave yet. */
export async function askForCode(page: Page, organization: string, identifier: string): Promise<void> {
  await page.goto(`/${organization}/recover`)
  await page.locator('#identifier').fill(identifier)
  await press(page, 'Proceed')
  await page.getByLabel('Send SMS OTP').check()
  await press(page, 'Proceed')
}

/** Types a code and presses the button. */
export async function enterCode(page: Page, code: string, button = 'Continue'): Promise<void> {
  await page.locator('#code').fill(code)
  await press(page, button)
}

/** The key of the authenticator that a page sets up, as it is typed by hand. */
export async function keyOn(page: Page): Promise<string> {
  return ((await page.locator('.key').textContent()) ?? '').replaceAll(' ', '')
}

/** Types a password into both fields and presses the button. */
export async function typeNewPassword(
  page: Page,
  password: string,
  button = 'Create Password',
): Promise<void> {
  await page.getByLabel('New Password', { exact: true }).fill(password)
  await page.getByLabel('Confirm New Password').fill(password)
  await press(page, button)
}

/** Fills in the sign-up form, the box for the terms included. */
export async function fillSignUp(page: Page, person: typeof RINA): Promise<void> {
  await page.getByLabel('Full name').fill(person.fullName)
  await page.getByLabel('Email', { exact: true }).fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByLabel('Mobile number (optional)').fill(person.phone)
  await page.getByRole('checkbox').check()
}

export async function press(page: Page, button: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click()
  // The click is over when the answer begins; a reload before its end finds no page.
  await page.waitForLoadState()
}

/** Presses the button in the newest mail of the outbox; the mail is shown in a frame that may do nothing else. */
export async function openTheMailsButton(
  page: Page,
  button = 'Reset Password',
  heading = 'Reset your password',
): Promise<Page> {
  await page.getByRole('link', { name: 'Outbox' }).click()
  const opened = page.context().waitForEvent('page')
  await page.frameLocator('iframe >> nth=0').getByRole('link', { name: button }).click()
  const fromMail = await opened
  await seeHeading(fromMail, heading)
  return fromMail
}

export async function seeHeading(page: Page, heading: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
}

/** The field is marked as wrong and described by these words. */
export async function seeField(page: Page, label: string, words: string): Promise<void> {
  const field = page.getByLabel(label, { exact: true })
  await page.locator('.field-error', { hasText: words }).waitFor()
  expect(await field.getAttribute('aria-invalid')).to.equal('true')
  const ids = (await field.getAttribute('aria-describedby'))?.split(' ') ?? []
  const described = await Promise.all(ids.map((id) => page.locator(`#${id}`).innerText()))
  expect(described.join(' ')).to.contain(words)
}

/** What the accessibility tree says, a line for each thing, without the addresses of links. */
export async function heard(page: Page, selector: string): Promise<string[]> {
  // The script adds its buttons after the page is there.
  await page.waitForLoadState('load')
  const tree = await page.locator(selector).ariaSnapshot()
  return tree
    .split('\n')
    .filter((line) => !line.includes('- /url:'))
    .map((line) => line.replace(/^( *)- /, '$1').replace(/(["\]]|^ *[a-z]+):$/, '$1'))
}
