import type { Account } from '../accounts/account.ts'
import { removeAccount } from '../accounts/deletion-store.ts'
import type { Transaction } from '../database/transaction.ts'
import { deleteMessagesAbout } from './messages-store.ts'

/**
 * Deletes a locked account and all that is kept of its person. What stays names nobody: the audit log's rows under the id
 * alone, counts under keyed hashes until their windows end, and what was typed to ask for the person, sealed, for 30 days.
 */
export async function eraseAccount(tx: Transaction, account: Account): Promise<void> {
  await deleteMessagesAbout(tx, account)
  await removeAccount(tx, account)
}
