import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import type { Email } from '../../src/delivery/senders/sender.ts'
import type { Portal } from './portal.ts'
import { codeIn, signIn } from './steps.ts'
import type { Page, Visitor } from './visitor.ts'

/** The pages of a person's profile. */
export const PROFILE = '/account/profile'

/** A number that nobody has, of a country to which the demo's Acme and Summit send texts. */
export const NEW_PHONE = '+1 212 555 0177'

/** The link in the mail that proves a new address. */
export function confirmationIn(mail: Email | undefined): string {
  const link = /http:\/\/\S+\/confirm-email\?token=\S+/.exec(mail?.text ?? '')?.[0]
  if (!link) throw new Error(`no address is confirmed by this mail: ${mail?.subject ?? 'there is none'}`)
  return link
}

/** Types a new address, and the password with it. */
export async function askForEmail(
  visitor: Visitor,
  email: string,
  slug = 'harbour',
  password = DEMO_PASSWORD,
): Promise<Page> {
  await visitor.open(`/${slug}${PROFILE}/email`)
  return visitor.press('Send the message', { email, currentPassword: password })
}

/** Types a new address, lets the mail leave, and takes its link out of the mailbox. */
export async function getConfirmation(
  portal: Portal,
  visitor: Visitor,
  email: string,
  slug = 'harbour',
  password = DEMO_PASSWORD,
): Promise<string> {
  await askForEmail(visitor, email, slug, password)
  await portal.deliver()
  return confirmationIn(portal.mailbox.filter(({ to }) => to === email).at(-1))
}

/** Opens the link that proves an address and presses its button; returns the page after it. */
export async function confirmEmail(visitor: Visitor, link: string): Promise<Page> {
  const page = await visitor.open(link)
  return page.root.querySelector('main form') ? visitor.press('Confirm this address') : page
}

/** Changes the address of who is signed in, as a whole. */
export async function changeEmail(
  portal: Portal,
  visitor: Visitor,
  email: string,
  slug = 'harbour',
  password = DEMO_PASSWORD,
): Promise<Page> {
  return confirmEmail(visitor, await getConfirmation(portal, visitor, email, slug, password))
}

/** Types a new number and the demo's password, and lets the text leave; returns its code. */
export async function getPhoneCode(
  portal: Portal,
  visitor: Visitor,
  phone = NEW_PHONE,
  slug = 'acme',
): Promise<string> {
  await visitor.open(`/${slug}${PROFILE}/phone`)
  await visitor.press('Send the code', { phone, currentPassword: DEMO_PASSWORD })
  await portal.deliver()
  return codeIn(portal.texts.at(-1))
}

/** Changes the number of who is signed in, as a whole. */
export async function changePhone(
  portal: Portal,
  visitor: Visitor,
  phone = NEW_PHONE,
  slug = 'acme',
): Promise<Page> {
  return visitor.press('Continue', { code: await getPhoneCode(portal, visitor, phone, slug) })
}

/** Somebody with Mia's password, in a browser of their own, makes another address hers. */
export async function stealAddress(
  portal: Portal,
  thief: Visitor,
  email = 'thief@elsewhere.example',
  slug = 'acme',
): Promise<void> {
  await signIn(thief, 'mia', DEMO_PASSWORD, slug)
  await changeEmail(portal, thief, email, slug)
  await portal.deliver()
}
