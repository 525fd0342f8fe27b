import { contactOf, verifiedEmail, type Account } from '../accounts/account.ts'
import { raiseSecurityEpoch, saveContact } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { ChangeOfContact, ContactKind } from '../delivery/message.ts'
import { enqueue } from '../delivery/outbox.ts'
import type { Random } from '../platform/random.ts'
import type { Visitor } from '../platform/visitor.ts'
import { addChange } from './change-store.ts'

/** Another address or number of an account, or none, and who makes it so. */
export interface NewContact {
  /** The change's id. */
  id: string
  kind: ContactKind
  /** In canonical form, and proven; null: it is taken away. */
  value: string | null
  visitor: Visitor
  /** The page's, for who has chosen no language. */
  locale: string
}

/**
 * Changes what a locked account is reached by, and does all that belongs to it: recoveries and confirmations begun before
 * are out of date, the change is kept so that it can be undone, and the letter about it goes to every verified address, the
 * one before and the one after (ASVS 6.3.7). For 72 hours what is new is no way back in, the first address neither, so that
 * who has taken a session over cannot take the account.
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
  const securityEpoch = await raiseSecurityEpoch(tx, account.id)
  await addChange(tx, {
    id,
    accountId: account.id,
    securityEpoch,
    changed: kind,
    authenticator: null,
    contactBefore: before,
  })
  const change =
    before.verifiedAt === null && value !== null ? 'added' : value === null ? 'removed' : 'changed'
  const addresses = [verifiedEmail(account), kind === 'email' ? value : null]
  for (const to of new Set(addresses)) {
    if (to === null) continue
    await enqueue(tx, random, {
      name: 'contact-changed',
      to,
      locale: account.locale ?? locale,
      data: {
        accountId: account.id,
        at: tx.now.toISOString(),
        device: visitor.device || null,
        address: visitor.place,
        kind,
        change,
        changeId: id,
      },
    })
  }
  return change
}
