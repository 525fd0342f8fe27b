import type { TenantRow, Transaction } from '../database/transaction.ts'

interface PasswordRow extends TenantRow {
  account_id: string
  hash: string
  set_at: Date
}

/** Gives an account this password hash in place of any other, set at the instant of the transaction. */
export async function savePassword(tx: Transaction, accountId: string, hash: string): Promise<void> {
  await tx
    .insert<PasswordRow>('passwords', { account_id: accountId, hash, set_at: tx.now })
    .onConflict(['organization_id', 'account_id'])
    .merge(['hash', 'set_at'])
}

/** Takes an account's password away: no password signs in from then on. */
export async function removePassword(tx: Transaction, accountId: string): Promise<void> {
  await tx.rows<PasswordRow>('passwords').where({ account_id: accountId }).delete()
}

/** The password hash of an account and when the person set it; null when there is none. */
export async function passwordOf(
  tx: Transaction,
  accountId: string,
): Promise<{ hash: string; setAt: Date } | null> {
  const row = await tx.rows<PasswordRow>('passwords').where({ account_id: accountId }).first()
  return row ? { hash: row.hash, setAt: row.set_at } : null
}

/**
 * Replaces a hash by a stronger one of the same password. Only if it is still the one that was verified: a password that
 * was changed meanwhile must not come back. Says whether it was replaced.
 */
export async function upgradePassword(
  tx: Transaction,
  accountId: string,
  from: string,
  to: string,
): Promise<boolean> {
  const replaced = await tx
    .rows<PasswordRow>('passwords')
    .where({ account_id: accountId, hash: from })
    .update({ hash: to })
  return replaced === 1
}
