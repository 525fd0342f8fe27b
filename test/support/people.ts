import { terminal } from '../cli/terminal.ts'
import { linkIn, type Portal } from './portal.ts'
import { createPassword, NEW_PASSWORD, signIn } from './steps.ts'
import type { Page, Visitor } from './visitor.ts'

/** The initial password in what a terminal printed. */
export function initialIn(said: string[]): string {
  const password = /^ {2}(\w{4}(?:-\w{4}){3})$/m.exec(said.join('\n'))?.[1]
  if (!password) throw new Error(`no initial password was printed: ${said.join('\n')}`)
  return password
}

/** Creates a person with an initial password, in Adam's name; returns the password. */
export async function handOut(portal: Portal, username = 'rani', slug = 'lantern'): Promise<string> {
  const { said, type } = terminal(portal)
  await type('people', 'create', slug, username, '--name', 'Rani Putri', '--as', 'adam')
  return initialIn(said)
}

/** Invites somebody and lets the mail leave; returns its link. */
export async function invite(
  portal: Portal,
  slug: string,
  email: string,
  ...more: string[]
): Promise<string> {
  await terminal(portal).type('people', 'invite', slug, email, ...more)
  await portal.deliver()
  return linkIn(portal.mailbox.at(-1))
}

/** Signs in with an initial password and chooses an own one. */
export async function enterAtFirst(
  visitor: Visitor,
  initial: string,
  { username = 'rani', slug = 'lantern', password = NEW_PASSWORD } = {},
): Promise<Page> {
  await signIn(visitor, username, initial, slug)
  return createPassword(visitor, password)
}
