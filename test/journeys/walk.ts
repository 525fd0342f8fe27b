import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { linkIn, type Portal } from '../support/portal.ts'
import type { Page, Visitor } from '../support/visitor.ts'

/** A password that every demo organization takes from everybody. */
export const NEW_PASSWORD = 'Tr4vel-Lamp!9'

/** Asks for a link under "Forgot password?", lets the mail leave and returns the link in it. */
export async function askForLink(
  portal: Portal,
  visitor: Visitor,
  slug: string,
  identifier: string,
): Promise<string> {
  await visitor.open(`/${slug}/recover`)
  await visitor.press('Send Reset Link', { identifier })
  const before = portal.mailbox.length
  await portal.deliver()
  // Notices of earlier changes may leave in the same round.
  return linkIn(portal.mailbox.slice(before).find(({ text }) => text.includes('/recover/link?')))
}

/** Opens a link and presses the button on its page; returns the page after it. */
export async function followLink(visitor: Visitor, link: string): Promise<Page> {
  await visitor.open(link)
  return visitor.press('Continue')
}

/** Types a new password twice and sends it. */
export function createPassword(visitor: Visitor, password = NEW_PASSWORD): Promise<Page> {
  return visitor.press('Create Password', { password, confirmation: password })
}

/** Signs in on the sign-in page; returns the page after it. */
export async function signIn(
  visitor: Visitor,
  slug: string,
  identifier: string,
  password = DEMO_PASSWORD,
): Promise<Page> {
  await visitor.open(`/${slug}/sign-in`)
  return visitor.press('Sign in', { identifier, password })
}

/** Whether the browser is signed in at an organization. */
export async function isSignedIn(visitor: Visitor, slug: string): Promise<boolean> {
  return (await visitor.send('GET', `/${slug}/account`)).status === 200
}

/** The words of the ticking list on the page that is open. */
export function listedRules(page: Page): string[] {
  return page.root.querySelectorAll('.rules li').map((item) => item.textContent.replace(/\s+/g, ' ').trim())
}

/** Changes a person's account in the database, where no page does it. */
export async function changeAccount(
  portal: Portal,
  slug: string,
  username: string,
  columns: { state?: 'suspended'; email_verified_at?: null },
): Promise<void> {
  await portal.within(slug, async (tx) => {
    await tx.sql('accounts').where({ organization_id: tx.organizationId, username }).update(columns)
  })
}
