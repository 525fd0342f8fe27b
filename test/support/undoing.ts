import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import type { Email } from '../../src/delivery/senders/sender.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import { after, DAY } from '../../src/platform/clock.ts'
import { terminal } from '../cli/terminal.ts'
import { asking } from './desk.ts'
import type { Portal } from './portal.ts'
import { createPassword, followLink, getLink, NEW_PASSWORD, signIn } from './steps.ts'
import type { Page, Visitor } from './visitor.ts'

/** The link in a letter about a change, which undoes it. */
export function undoLinkIn(mail: Email | undefined): string {
  const link = /http:\/\/\S+\/recover\/undo-change\?\S+/.exec(mail?.text ?? '')?.[0]
  if (!link) throw new Error(`no change can be undone from this mail: ${mail?.subject ?? 'there is none'}`)
  return link
}

/** Every mail to somebody whose subject has these words, oldest first. */
export function mailsTo(portal: Portal, address: string, words = ''): Email[] {
  return portal.mailbox.filter(({ to, subject }) => to === address && subject.includes(words))
}

/** The link of the newest letter about a changed password. */
export async function newestUndoLink(portal: Portal, address = 'mia@harbour.example'): Promise<string> {
  await portal.deliver()
  return undoLinkIn(mailsTo(portal, address, 'was changed').at(-1))
}

/** A thief in the mailbox recovers somebody's account; returns the link of the letter about it. */
export async function stealByMail(
  portal: Portal,
  thief: Visitor,
  slug = 'harbour',
  name = 'mia',
): Promise<string> {
  const address = `${name}@${slug}.example`
  await followLink(thief, await getLink(portal, thief, address, slug))
  await createPassword(thief)
  return newestUndoLink(portal, address)
}

/** Somebody who is signed in changes the password in the account. */
export async function changePassword(
  visitor: Visitor,
  slug: string,
  password = NEW_PASSWORD,
  currentPassword = DEMO_PASSWORD,
): Promise<Page> {
  await visitor.open(`/${slug}/account/password`)
  return visitor.press('Change password', { currentPassword, password, confirmation: password })
}

/** Signs in without an authenticator, changes the password and returns the link of the letter about it. */
export async function changeMias(portal: Portal, visitor: Visitor, slug = 'harbour'): Promise<string> {
  await signIn(visitor, 'mia', DEMO_PASSWORD, slug)
  await changePassword(visitor, slug)
  return newestUndoLink(portal, `mia@${slug}.example`)
}

/** Opens the letter's link, ticks and presses. */
export async function sayNotMe(visitor: Visitor, link: string): Promise<Page> {
  const page = await visitor.open(link)
  return page.root.querySelector('main form')
    ? visitor.press('Undo it and lock my account', { confirm: 'yes' })
    : page
}

/** The requests that wait, as `requests list` prints them. */
export async function listRequests(portal: Portal, slug: string): Promise<string[]> {
  const { said, type } = terminal(portal)
  await type('requests', 'list', slug)
  return said
}

/** An administrator approves the one request that waits; returns once the hold is over and its link is out. */
export async function approveTheRequest(portal: Portal, slug: string, as = 'adam'): Promise<void> {
  const id = (await listRequests(portal, slug))[0]?.slice(0, 36) ?? ''
  await terminal(portal).type('requests', 'approve', slug, id, '--as', as, '--reason', 'Called her desk')
  await portal.deliver()
  portal.clock.pass(DAY)
  await portal.deliver()
}

/** Two people let somebody back in whose account is protected, by a code that is read out; stops at what comes next. */
export async function letBackIn(portal: Portal, visitor: Visitor, slug: string, name: string): Promise<Page> {
  const code = await asking(portal, slug).letIn(name)
  return typeSpokenCode(visitor, slug, name, code)
}

/** Types a code that was read out. */
export async function typeSpokenCode(
  visitor: Visitor,
  slug: string,
  identifier: string,
  code: string,
): Promise<Page> {
  await visitor.open(`/${slug}/recover/spoken-code`)
  return visitor.press('Continue', { identifier, code })
}

/** A person's rows of a table. */
export async function rowsOf<Row>(
  portal: Portal,
  slug: string,
  username: string,
  table: string,
): Promise<Row[]> {
  return portal.within(slug, async (tx) => {
    const account = await tx
      .rows<TenantRow & { id: string; username: string }>('accounts')
      .where({ username })
      .first()
    return (await tx
      .rows<TenantRow & { account_id: string }>(table)
      .where('account_id', account?.id ?? '')) as unknown as Row[]
  })
}

/** Makes every change of an organization's accounts too old to be undone, while all else is as young as it is. */
export async function ageChanges(portal: Portal, slug: string): Promise<void> {
  await portal.within(slug, (tx) =>
    tx.rows<TenantRow & { made_at: Date }>('account_changes').update({ made_at: after(tx.now, -30 * DAY) }),
  )
}
