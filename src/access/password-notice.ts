import { enqueue } from '../delivery/outbox.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Random } from '../platform/random.ts'
import type { Visitor } from '../platform/visitor.ts'
import { verifiedEmail, type Account } from '../accounts/account.ts'
import type { AuthenticatorChange } from './change-store.ts'

/** Where a new password comes from, and what became of the authenticator with it. */
export interface PasswordChange {
  visitor: Visitor
  locale: string
  authenticator?: AuthenticatorChange
}

/**
 * Queues the letter that tells a person that their password was changed, in the transaction that changes it (ASVS 6.3.7).
 * Nothing for who has no verified address. `locale` is the page's, for who has chosen no language.
 */
export async function tellOfChangedPassword(
  tx: Transaction,
  random: Random,
  account: Account,
  { visitor, locale, authenticator = null, changeId }: PasswordChange & { changeId: string },
): Promise<void> {
  const to = verifiedEmail(account)
  if (!to) return
  await enqueue(tx, random, {
    name: 'password-changed',
    to,
    locale: account.locale ?? locale,
    data: {
      accountId: account.id,
      at: tx.now.toISOString(),
      device: visitor.device || null,
      address: visitor.place,
      authenticatorAdded: authenticator !== null,
      changeId,
    },
  })
}
