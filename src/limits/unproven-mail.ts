import type { Transaction } from '../database/transaction.ts'
import type { Limits } from './limits.ts'

/** The limit of whoever has us send to the mailbox, and what it counts by. */
type OfSender = ['unproven-mail-per-network-hour' | 'contact-mail-per-account-and-mailbox', ...string[]]

/**
 * Spends a mail to a mailbox that nobody has proven yet, and says whether it may go. One mailbox gets so many in an hour and
 * a day, whoever asks for them; and first counts what one sender may have us send to it, or they could use all of that up.
 */
export async function spendUnprovenMail(
  { limits }: { limits: Limits },
  tx: Transaction,
  email: string,
  [limitOfSender, ...sender]: OfSender,
): Promise<boolean> {
  if (!(await limits.spendIn(tx, limitOfSender, ...sender)).allowed) return false
  for (const limit of ['sign-up-mail-per-mailbox-hour', 'sign-up-mail-per-mailbox-day'] as const) {
    if (!(await limits.spendIn(tx, limit, tx.organizationId, email)).allowed) return false
  }
  return true
}
