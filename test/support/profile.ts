import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { codeOfApp } from './steps.ts'
import type { Portal } from './portal.ts'
import type { Page, Visitor } from './visitor.ts'

/** The pages of an authenticator, below the account's. */
export const AUTHENTICATOR = '/account/authenticator'

/** Begins to set up an authenticator, with the password and, for who has one, a code of the one they have. */
export async function beginSetUp(visitor: Visitor, slug = 'harbour', factor?: string): Promise<Page> {
  const page = await visitor.open(`/${slug}${AUTHENTICATOR}/set-up`)
  const button = page.root.querySelector('main form button')?.textContent.trim() ?? ''
  return visitor.press(button, { currentPassword: DEMO_PASSWORD, ...(factor ? { factor } : {}) })
}

/** Confirms the key on the page by a code of it; returns the key and the recovery codes. */
export async function confirmKey(
  portal: Portal,
  visitor: Visitor,
): Promise<{ key: string; codes: string[] }> {
  const key = (visitor.page.root.querySelector('code.key')?.textContent ?? '').replaceAll(' ', '')
  const page = await visitor.press('Continue', { code: codeOfApp(portal.clock.now(), key) })
  return { key, codes: page.root.querySelectorAll('.codes code').map((code) => code.textContent) }
}

/** Sets up an authenticator from the profile, as a whole. */
export async function setUpHere(
  portal: Portal,
  visitor: Visitor,
  slug = 'harbour',
  factor?: string,
): Promise<{ key: string; codes: string[] }> {
  await beginSetUp(visitor, slug, factor)
  const confirmed = await confirmKey(portal, visitor)
  await visitor.press('Finish', { code: confirmed.codes[0] ?? '' })
  return confirmed
}
