import type { TenantRow, Transaction } from '../database/transaction.ts'
import type { ForeignCost } from './foreign/scheme.ts'

interface PasswordRow extends TenantRow {
  account_id: string
  hash: string
  set_at: Date
  /** How another system hashed it; null: we did. */
  foreign_kind: string | null
}

interface ForeignKindRow extends TenantRow, ForeignCost {}

/** Gives an account this password hash in place of any other, set at the instant of the transaction. */
export async function savePassword(tx: Transaction, accountId: string, hash: string): Promise<void> {
  await tx
    .insert<PasswordRow>('passwords', { account_id: accountId, hash, set_at: tx.now, foreign_kind: null })
    .onConflict(['organization_id', 'account_id'])
    .merge(['hash', 'set_at', 'foreign_kind'])
}

/** A hash that another system made of somebody's password, and what a check of it costs. */
export interface ForeignPassword extends ForeignCost {
  accountId: string
  hash: string
}

/** Gives new accounts the passwords that they have elsewhere. What a check of them costs is what everybody's costs from then on. */
export async function addForeignPasswords(
  tx: Transaction,
  passwords: readonly ForeignPassword[],
): Promise<void> {
  if (passwords.length === 0) return
  const organization_id = tx.organizationId
  const most = new Map<string, number>()
  const byKind = ([one]: [string, number], [other]: [string, number]) => (one < other ? -1 : 1)
  for (const { kind, work } of passwords) most.set(kind, Math.max(work, most.get(kind) ?? 0))
  await tx
    .sql<ForeignKindRow>('foreign_hash_kinds')
    // In one order everywhere, or two who hold several lock each other out.
    .insert([...most].toSorted(byKind).map(([kind, work]) => ({ organization_id, kind, work })))
    .onConflict(['organization_id', 'kind'])
    .merge({ work: tx.sql.raw('greatest(foreign_hash_kinds.work, excluded.work)') as unknown as number })
  await tx.sql<PasswordRow>('passwords').insert(
    passwords.map(({ accountId: account_id, hash, kind: foreign_kind }) => ({
      organization_id,
      account_id,
      hash,
      set_at: tx.now,
      foreign_kind,
    })),
  )
}

/** What checks of hashes that other systems made cost in this organization at the most, one of each kind. */
export async function foreignCosts(tx: Transaction): Promise<ForeignCost[]> {
  return tx.rows<ForeignKindRow>('foreign_hash_kinds').orderBy('kind').select('kind', 'work')
}

/**
 * Forgets the kinds of which no hash is left, so that signing in costs less again. They are held before the hashes are looked for: one
 * that is being brought over in this moment would not be seen, and would cost more than nobody's from then on (EN-03).
 */
export async function purgeForeignKinds(tx: Transaction): Promise<number> {
  const kinds = () => tx.rows<ForeignKindRow>('foreign_hash_kinds')
  await kinds().orderByRaw('kind collate "C"').forUpdate()
  return kinds()
    .whereNotExists(
      tx
        .rows<PasswordRow>('passwords')
        .whereRaw('passwords.foreign_kind = foreign_hash_kinds.kind')
        .select('account_id'),
    )
    .delete()
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
    .update({ hash: to, foreign_kind: null })
  return replaced === 1
}
