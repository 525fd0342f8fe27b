import type { Account, Role } from './account.ts'
import { canonicalEmail } from './identifiers.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'

interface LeavingRow extends TenantRow {
  id: string
  full_name: string
  role: Role
  state: Account['state']
  created_at: Date
  deletion_due_at: Date | null
  protected_at: Date | null
}

/** Sets when a locked account is deleted; null: not at all. */
export async function setDeletionDue(tx: Transaction, id: string, dueAt: Date | null): Promise<void> {
  await accounts(tx).where({ id }).update({ deletion_due_at: dueAt })
}

/**
 * The ids of the accounts whose time has come, the one that is due longest first. Who is suspended stays meanwhile: else they
 * would come back under the same address, as somebody new.
 */
export async function dueForDeletion(tx: Transaction): Promise<string[]> {
  const due = accounts(tx).where('deletion_due_at', '<=', tx.now).whereNot('state', 'suspended')
  const rows = await due.orderBy(['deletion_due_at', 'id']).select('id')
  return rows.map(({ id }) => id)
}

/**
 * Holds everybody who owns the organization until the transaction ends. Before any one account is held, and in the same
 * order everywhere, so that of two owners who leave at once the second sees that the first does.
 */
export async function holdOwners(tx: Transaction): Promise<void> {
  await owners(tx).forNoKeyUpdate()
}

/**
 * Whether an account is its organization's only owner: no other one could come in and decide, who is active, neither locked
 * after an undone change nor without an own password, and not about to be deleted.
 */
export async function isOnlyOwner(tx: Transaction, id: string): Promise<boolean> {
  const all = await owners(tx)
  if (!all.some((one) => one.id === id)) return false
  const staying = all.filter(
    (one) =>
      one.id !== id && one.state === 'active' && one.protected_at === null && one.deletion_due_at === null,
  )
  // Asked for these few: joined, PostgreSQL may read the passwords of everybody.
  const withPassword = await tx
    .rows<TenantRow & { account_id: string }>('passwords')
    .whereIn(
      'account_id',
      staying.map((one) => one.id),
    )
    .first()
  return withPassword === undefined
}

/** The names of those who could be made an owner before the only one leaves: administrators first, and not all of many. */
export async function couldBecomeOwner(tx: Transaction, leavingId: string, most: number): Promise<string[]> {
  const rows = await accounts(tx)
    .whereNot('id', leavingId)
    .where({ state: 'active', role: 'administrator' })
    .orderBy(['created_at', 'id'])
    .limit(most)
  return rows.map(({ full_name }) => full_name)
}

/** Deletes an account, with it every row that hangs on it, and what signed up with its person's addresses. */
export async function removeAccount(tx: Transaction, id: string, emails: string[]): Promise<void> {
  const signUps = tx.rows<TenantRow & { email_canonical: string }>('sign_ups')
  await signUps.whereIn('email_canonical', emails.map(canonicalEmail)).delete()
  await accounts(tx).where({ id }).delete()
}

/** When an account was made; for what its person is given of their own. */
export async function accountMadeAt(tx: Transaction, id: string): Promise<Date | null> {
  return (await accounts(tx).where({ id }).first())?.created_at ?? null
}

function owners(tx: Transaction) {
  return accounts(tx).where('role', 'owner').orderBy('id')
}

function accounts(tx: Transaction) {
  return tx.rows<LeavingRow>('accounts')
}
