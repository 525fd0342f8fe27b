import type { Account } from '../accounts/account.ts'
import { removeAccount } from '../accounts/deletion-store.ts'
import { canonicalEmail } from '../accounts/identifiers.ts'
import { accountNamed } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import { changesOf } from './change-store.ts'
import { deleteMessagesAbout } from './messages-store.ts'

/**
 * Deletes a locked account and all that is kept of its person. What stays names nobody: the audit log's rows under the id
 * alone, counts under keyed hashes until their windows end, and what was typed to ask for the person, sealed, for 30 days.
 */
export async function eraseAccount(tx: Transaction, account: Account): Promise<void> {
  const emails = await emailsOf(tx, account)
  await deleteMessagesAbout(tx, account, emails)
  await removeAccount(tx, account.id, emails)
}

/** Every address that an account has and had, but for those that are another account's by now. */
async function emailsOf(tx: Transaction, { id, email }: Account): Promise<string[]> {
  const changed = (await changesOf(tx, id)).filter((change) => change.changed === 'email')
  const emails = new Set([email, ...changed.map(({ contactBefore }) => contactBefore?.value ?? null)])
  const own: string[] = []
  for (const one of emails) {
    const holder = one && (await accountNamed(tx, { kind: 'email', canonical: canonicalEmail(one) }))
    if (one && (!holder || holder.id === id)) own.push(one)
  }
  return own
}
