import type { TenantRow } from '../../src/database/transaction.ts'
import { linkIn, type Portal } from '../support/portal.ts'
import type { Page, Visitor } from '../support/visitor.ts'

/** A password that every organization of the demo accepts. */
export const NEW_PASSWORD = 'Tr4vel-Lamp!9'

/** Asks for a link on the identify page, and stops at the first answer. */
export async function askForLink(visitor: Visitor, identifier: string, slug = 'harbour'): Promise<Page> {
  await visitor.open(`/${slug}/recover`)
  return visitor.submit('Send Reset Link', { identifier })
}

/** Asks for a link, lets the worker send it, and takes it out of the mailbox. */
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
  const mine = portal.mailbox.slice(before).filter(({ to }) => to.startsWith(name))
  return linkIn(mine.find(({ text }) => text.includes('/recover/link')))
}

/** Opens a link and presses its button. */
export async function continueWith(visitor: Visitor, link: string): Promise<Page> {
  const page = await visitor.open(link)
  return page.status === 200 ? visitor.press('Continue') : page
}

/** Sends in a new password on the page that asks for it. */
export async function createPassword(visitor: Visitor, password = NEW_PASSWORD): Promise<Page> {
  return visitor.press('Create Password', { password, confirmation: password })
}

/** Signs in on the sign-in page. */
export async function signIn(
  visitor: Visitor,
  identifier: string,
  password: string,
  slug = 'harbour',
): Promise<Page> {
  await visitor.open(`/${slug}/sign-in`)
  return visitor.press('Sign in', { identifier, password })
}

/** Whether a password opens an account, tried from a browser of its own. */
export async function canSignIn(
  portal: Portal,
  password: string,
  identifier = 'mia@harbour.example',
  slug = 'harbour',
): Promise<boolean> {
  const page = await signIn(portal.visitor(), identifier, password, slug)
  return page.address === `/${slug}/account`
}

/** What differs in every answer and says nothing. */
const PASSING = ['date', 'x-request-id', 'set-cookie', 'content-length']

/**
 * Everything that somebody at the other end can tell of an answer, with what differs each time struck out, and the name
 * that they typed themselves.
 */
export function fingerprint(page: Page): object {
  return {
    status: page.status,
    headers: Object.entries(page.headers).filter(([name]) => !PASSING.includes(name)),
    cookies: (page.headers['set-cookie'] ?? []).map((line) =>
      line.replace(/=[A-Za-z0-9_-]{43};/, '=*;').replace(/expires=[^;]+/, 'expires=*'),
    ),
    body: page.body
      .replaceAll(/<input id="identifier"[^>]*>/g, '<input id="identifier">')
      .replaceAll(/name="csrf" value="[^"]+"/g, 'name="csrf" value="*"')
      .replaceAll(String(page.headers['x-request-id']), '*'),
  }
}

/** Columns of an account that tests change behind the product's back. */
export interface AccountColumns extends TenantRow {
  id: string
  username: string
  full_name: string
  role: string
  state: string
  email: string | null
  email_canonical: string | null
  email_verified_at: Date | null
  security_epoch: number
}
