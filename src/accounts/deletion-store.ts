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
}

/** When an account is deleted, because its person wants it; null: it stays. */
export async function deletionDueAt(tx: Transaction, id: string): Promise<Date | null> {
  const row = await accounts(tx).where({ id }).first()
  return row?.deletion_due_at ?? null
}

/** Sets when a locked account is deleted; null: not at all. */
export async function setDeletionDue(tx: Transaction, id: string, dueAt: Date | null): Promise<void> {
  await accounts(tx).where({ id }).update({ deletion_due_at: dueAt })
}

/** The id of an account whose time has come, the one that is due longest; null: there is none. */
export async function nextDueForDeletion(tx: Transaction): Promise<string | null> {
  const due = accounts(tx).where('deletion_due_at', '<=', tx.now)
  return (await due.orderBy(['deletion_due_at', 'id']).first())?.id ?? null
}

/**
 * Holds everybody who owns the organization until the transaction ends. Before any one account is held, and in the same
 * order everywhere, so that of two owners who leave at once the second sees that the first does.
 */
export async function holdOwners(tx: Transaction): Promise<void> {
  await owners(tx).forNoKeyUpdate()
}

/** Whether an account is its organization's only owner: the only one who is active and not about to be deleted. */
export async function isOnlyOwner(tx: Transaction, id: string): Promise<boolean> {
  const all = await owners(tx)
  const staying = all.filter((one) => one.id !== id && one.state === 'active' && one.deletion_due_at === null)
  return all.some((one) => one.id === id) && staying.length === 0
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
