import { Secret, TOTP } from 'otpauth'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import type { Account } from '../../src/accounts/account.ts'
import { readIdentifier } from '../../src/accounts/identifiers.ts'
import { accountNamed } from '../../src/accounts/store.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import { after, MINUTE } from '../../src/platform/clock.ts'
import type { Sms } from '../../src/delivery/senders/sender.ts'
import { linkIn, verificationIn, type Portal } from './portal.ts'
import type { Page, Visitor } from './visitor.ts'

/** A password that every organization of the demo takes from everybody. */
export const NEW_PASSWORD = 'Tr4vel-Lamp!9'

/** Asks for a link on the identify page, and stops at the first answer. */
export async function askForLink(visitor: Visitor, identifier: string, slug = 'harbour'): Promise<Page> {
  const { root } = await visitor.open(`/${slug}/recover`)
  const isToChoose = root.querySelectorAll('button').some((button) => button.textContent.trim() === 'Proceed')
  if (!isToChoose) return visitor.submit('Send Reset Link', { identifier })
  await visitor.press('Proceed', { identifier })
  return visitor.submit('Proceed', { method: 'email-link' })
}

/** Asks for a code by SMS, where an organization offers both ways, and lets it leave; returns the code's page. */
export async function askForCode(
  portal: Portal,
  visitor: Visitor,
  identifier: string,
  slug: string,
): Promise<Page> {
  await visitor.open(`/${slug}/recover`)
  await visitor.press('Proceed', { identifier })
  const page = await visitor.press('Proceed', { method: 'sms-code' })
  await portal.deliver()
  return page
}

/** Asks for a link, lets the mail leave, and takes the link out of the mailbox. */
export async function getLink(
  portal: Portal,
  visitor: Visitor,
  identifier = 'mia@harbour.example',
  slug = 'harbour',
): Promise<string> {
  const before = portal.mailbox.length
  await askForLink(visitor, identifier, slug)
  await portal.deliver()
  const [name = ''] = identifier.split('@')
  // Mails to others, and notices of earlier changes, may leave in the same round.
  const mine = portal.mailbox.slice(before).filter(({ to }) => to.startsWith(name))
  return linkIn(mine.find(({ text }) => text.includes('/recover/link?')))
}

/** The code in a text message. */
export function codeIn(sms: Sms | undefined): string {
  return /#(\d+)$/.exec(sms?.text ?? '')?.[1] ?? ''
}

/** A code of as many digits that is not this one: `away` counts which. */
export function wrongSmsCode(code: string, away = 1): string {
  const digits = code.length || 8
  return String((Number(code) + away) % 10 ** digits).padStart(digits, '0')
}

/** Opens a link and presses the button on its page, if it has one; returns the page after it. */
export async function followLink(visitor: Visitor, link: string): Promise<Page> {
  const page = await visitor.open(link)
  return page.status === 200 ? visitor.press('Continue') : page
}

/** Sets up the authenticator that a recovery asks for, and types one of its recovery codes back; returns the key. */
export async function setUpAuthenticator(portal: Portal, visitor: Visitor): Promise<string> {
  const key = (visitor.page.root.querySelector('code.key')?.textContent ?? '').replaceAll(' ', '')
  const codes = await visitor.press('Continue', { code: codeOfApp(portal.clock.now(), key) })
  await visitor.press('Continue', { code: codes.root.querySelector('.codes code')?.textContent ?? '' })
  return key
}

/** Types a new password twice and sends it, with what else the page asks for. */
export function createPassword(
  visitor: Visitor,
  password = NEW_PASSWORD,
  more: { terms?: 'accepted' } = {},
): Promise<Page> {
  return visitor.press('Create Password', { password, confirmation: password, ...more })
}

/** Signs in on the sign-in page; returns the page after it. */
export async function signIn(
  visitor: Visitor,
  identifier: string,
  password = DEMO_PASSWORD,
  slug = 'harbour',
): Promise<Page> {
  await visitor.open(`/${slug}/sign-in`)
  return visitor.press('Sign in', { identifier, password })
}

/** Whether a password is an account's, tried from a browser of its own; an authenticator may be asked for next. */
export async function canSignIn(
  portal: Portal,
  password: string,
  identifier = 'mia@harbour.example',
  slug = 'harbour',
): Promise<boolean> {
  const page = await signIn(portal.visitor(), identifier, password, slug)
  return [`/${slug}/account`, `/${slug}/sign-in/authenticator`].includes(page.address)
}

/** The code that the demo's authenticator shows at an instant: another library's, as an app on a phone would be. */
export function codeOfApp(instant: Date, key = DEMO_AUTHENTICATOR.key): string {
  return new TOTP({ secret: Secret.fromBase32(key) }).generate({ timestamp: instant.getTime() })
}

/** A code that an authenticator shows nowhere near an instant. */
export function wrongCodeOfApp(instant: Date, key = DEMO_AUTHENTICATOR.key): string {
  const near = [-MINUTE, -MINUTE / 2, 0, MINUTE / 2, MINUTE].map((away) =>
    codeOfApp(after(instant, away), key),
  )
  return (
    ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !near.includes(code)) ?? ''
  )
}

/** Signs in who has the demo's authenticator; returns the page after the code. */
export async function signInWithCode(portal: Portal, visitor: Visitor, slug = 'harbour'): Promise<Page> {
  await signIn(visitor, DEMO_AUTHENTICATOR.username, DEMO_PASSWORD, slug)
  return visitor.press('Sign in', { code: codeOfApp(portal.clock.now()) })
}

/** Whether the browser is signed in at an organization. */
export async function isSignedIn(visitor: Visitor, slug: string): Promise<boolean> {
  return (await visitor.send('GET', `/${slug}/account`)).status === 200
}

/** The words of the ticking list on the page that is open. */
export function listedRules(page: Page): string[] {
  return page.root.querySelectorAll('.rules li').map((item) => item.textContent.replace(/\s+/g, ' ').trim())
}

/** Another one that every organization takes, from Rina of Lintas too. */
export const RINAS_PASSWORD = 'Copper-Kettle-77?'

/** Somebody whose mailbox has no account yet, as she fills in the form. */
export const RINA = {
  fullName: 'Rina Wulandari',
  email: 'rina@lintas.example',
  password: RINAS_PASSWORD,
  phone: '+62 812-3456-7890',
  terms: 'accepted',
}

/** Fills in the sign-up form and sends it; returns the page after it. */
export async function signUp(
  visitor: Visitor,
  change: Partial<typeof RINA> = {},
  slug = 'harbour',
): Promise<Page> {
  await visitor.open(`/${slug}/sign-up`)
  return visitor.press('Sign Up', { ...RINA, ...change })
}

/** Signs up, lets the mail leave, and takes its link out of the mailbox. */
export async function getVerification(
  portal: Portal,
  visitor: Visitor,
  change: Partial<typeof RINA> = {},
  slug = 'harbour',
): Promise<string> {
  await signUp(visitor, change, slug)
  await portal.deliver()
  // Of several under way any may leave last.
  const { email } = { ...RINA, ...change }
  return verificationIn(portal.mailbox.filter(({ to }) => to === email).at(-1))
}

/** Opens the link that proves a mailbox and presses its button; returns the page after it. */
export async function verify(visitor: Visitor, link: string): Promise<Page> {
  await visitor.open(link)
  return visitor.press('Verify Your Email Address')
}

/** The account that a username or an address names; null when there is none. */
export function accountOf(portal: Portal, name: string, slug = 'harbour'): Promise<Account | null> {
  const identifier = readIdentifier(name)
  return portal.within(slug, async (tx) => identifier && accountNamed(tx, identifier))
}

/** Columns of an account that tests change. */
export interface AccountColumns extends TenantRow {
  id: string
  username: string
  full_name: string
  role: string
  state: string
  email: string | null
  email_canonical: string | null
  email_verified_at: Date | null
  email_changed_at: Date | null
  phone: string | null
  phone_verified_at: Date | null
  phone_changed_at: Date | null
  locale: string | null
  security_epoch: number
  protected_at: Date | null
  deletion_due_at: Date | null
}

/** Changes a person's account in the database, where no page does it. */
export async function changeAccount(
  portal: Portal,
  slug: string,
  username: string,
  columns: Partial<AccountColumns>,
): Promise<void> {
  await portal.within(slug, (tx) =>
    tx.rows<AccountColumns>('accounts').where('username', username).update(columns),
  )
}
