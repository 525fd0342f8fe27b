import { contactOf, type Account } from '../accounts/account.ts'
import { saveContact } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { ChangeOfContact, ContactKind } from '../delivery/news.ts'
import type { Random } from '../platform/random.ts'
import { keepChange, type ChangeMaker } from './account-change.ts'

/** Another address or number of an account, or none, and who makes it so. */
export interface NewContact extends ChangeMaker {
  /** The change's id. */
  id: string
  kind: ContactKind
  /** In canonical form, and proven; null: it is taken away. */
  value: string | null
}

/**
 * Changes what a locked account is reached by, with all that belongs to it (`keepChange`). For 72 hours what is new is no way
 * back in, the first address neither, so that who has taken a session over cannot take the account.
 * Throws a duplicate error (`isDuplicate`) when the address is another account's.
 */
export async function changeContact(
  tx: Transaction,
  random: Random,
  account: Account,
  { id, kind, value, visitor, locale }: NewContact,
): Promise<ChangeOfContact> {
  const before = contactOf(account, kind)
  const verifiedAt = value === null ? null : tx.now
  await saveContact(tx, account.id, kind, { value, verifiedAt, changedAt: tx.now })
  const change =
    before.verifiedAt === null && value !== null ? 'added' : value === null ? 'removed' : 'changed'
  await keepChange(tx, random, account, {
    id,
    visitor,
    locale,
    changed: kind,
    contactBefore: before,
    newEmail: kind === 'email' ? value : null,
    letter: (about) => ({ name: 'contact-changed', data: { ...about, kind, change } }),
  })
  return change
}
