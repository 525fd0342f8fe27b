import type { Account } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import { pendingContact, type ContactEnding, type PendingContact } from './contact-store.ts'

/** A new address or number and its account, which this transaction holds. */
export interface HeldContact {
  pending: PendingContact
  account: Account
}

/** Why what waited can be confirmed no more; `confirmed`: it was. */
export type ContactOver = ContactEnding | 'expired' | 'account-changed'

/** Holds the account of what waits, under whose lock alone it ends; null when it is not known. */
export async function holdContact(tx: Transaction, id: string): Promise<HeldContact | null> {
  const seen = await pendingContact(tx, id)
  const account = seen && (await lockAccount(tx, seen.accountId))
  const pending = seen && (await pendingContact(tx, id))
  return account && pending && { account, pending }
}

/**
 * Whether, and why, what waited is over. What was asked for before the password was reset, a change undone or the person
 * suspended may have been a thief's: it is worth nothing for the account as it is now.
 */
export function whyContactIsOver(
  { now }: { now: Date },
  { pending, account }: HeldContact,
): ContactOver | null {
  if (pending.ending) return pending.ending
  if (now >= pending.expiresAt) return 'expired'
  const isAsItWas = account.state === 'active' && account.securityEpoch === pending.securityEpoch
  return isAsItWas ? null : 'account-changed'
}
