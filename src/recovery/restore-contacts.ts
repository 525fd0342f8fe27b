import type { ContactBefore } from '../access/change-store.ts'
import type { Account } from '../accounts/account.ts'
import { canonicalEmail } from '../accounts/identifiers.ts'
import { accountById, accountNamed, saveContact } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { ContactKind } from '../delivery/news.ts'

/**
 * Gives an account back what it was reached by, and returns it as it is then. An address that is another account's by now
 * stays with that one.
 */
export async function restoreContacts(
  tx: Transaction,
  account: Account,
  before: [ContactKind, ContactBefore][],
): Promise<Account> {
  for (const [kind, { value, verifiedAt }] of before) {
    const holder =
      kind === 'email' && value !== null
        ? await accountNamed(tx, { kind: 'email', canonical: canonicalEmail(value) })
        : null
    const isAnothers = holder !== null && holder.id !== account.id
    const restored = isAnothers ? { value: null, verifiedAt: null } : { value, verifiedAt }
    await saveContact(tx, account.id, kind, { ...restored, changedAt: tx.now })
  }
  return (await accountById(tx, account.id)) ?? account
}
