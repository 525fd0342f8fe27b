import { deleteBatch } from '../database/purge.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import type { ChangeOfAuthenticator, ContactKind } from '../delivery/news.ts'
import { after, DAY } from '../platform/clock.ts'

/** What became of the second lock with a change; null: nothing. */
export type AuthenticatorChange = ChangeOfAuthenticator | null

/** What can be changed of how an account is entered or reached. */
type Changed = 'password' | 'authenticator' | ContactKind

/** The address or number that an account had before a change, and when it was verified. */
export interface ContactBefore {
  value: string | null
  verifiedAt: Date | null
}

/** A change of how an account is entered or reached, which its person can undo for a while. */
export interface AccountChange {
  id: string
  accountId: string
  /** The account's after the change. */
  securityEpoch: number
  changed: Changed
  authenticator: AuthenticatorChange
  /** Null where neither address nor number was changed. */
  contactBefore: ContactBefore | null
  madeAt: Date
  /** When it was undone, or settled by people who let the person back in. */
  undoneAt: Date | null
}

interface ChangeRow extends TenantRow {
  id: string
  account_id: string
  security_epoch: number
  changed: Changed
  authenticator: AuthenticatorChange
  contact_before: string | null
  contact_verified_at: Date | null
  made_at: Date
  undone_at: Date | null
}

/** How long the letter about a change can undo it. */
export const UNDONE_WITHIN = 30 * DAY

const CONTACTS: readonly ContactKind[] = ['email', 'phone']

const KEPT_FOR_MS = 90 * DAY

export async function addChange(
  tx: Transaction,
  change: Omit<AccountChange, 'madeAt' | 'undoneAt'>,
): Promise<void> {
  await tx.insert<ChangeRow>('account_changes', {
    id: change.id,
    account_id: change.accountId,
    security_epoch: change.securityEpoch,
    changed: change.changed,
    authenticator: change.authenticator,
    contact_before: change.contactBefore?.value ?? null,
    contact_verified_at: change.contactBefore?.verifiedAt ?? null,
    made_at: tx.now,
    undone_at: null,
  })
}

/** A change under an id; null when there is none in this organization, or not any more. */
export async function changeById(tx: Transaction, id: string): Promise<AccountChange | null> {
  const row = await tx.rows<ChangeRow>('account_changes').where({ id }).first()
  return row ? shown(row) : null
}

/** What was changed of an account, as far as it is kept, oldest first. */
export async function changesOf(tx: Transaction, accountId: string): Promise<AccountChange[]> {
  const rows = await tx.rows<ChangeRow>('account_changes').where({ account_id: accountId }).orderBy('id')
  return rows.map(shown)
}

/** The changes of an account that its person can still undo. */
export async function openChanges(tx: Transaction, accountId: string): Promise<AccountChange[]> {
  const rows = await tx
    .rows<ChangeRow>('account_changes')
    .where({ account_id: accountId })
    .whereNull('undone_at')
    .where('made_at', '>', after(tx.now, -UNDONE_WITHIN))
  return rows.map(shown)
}

/**
 * What became of the account's second lock since it was as it was before this change: the first of the changes that touched
 * it tells, this one among them. `added`: there was none before. `codes`: nothing but its recovery codes changed.
 */
export async function authenticatorSince(
  tx: Transaction,
  change: AccountChange,
): Promise<AuthenticatorChange> {
  const row = await since(tx, change)
    .whereNotNull('authenticator')
    .orderByRaw(`authenticator = 'codes', security_epoch`)
    .first()
  return row?.authenticator ?? null
}

/**
 * What the account was reached by before this change, of each kind that was changed with it or since: the first of those
 * changes tells.
 */
export async function contactsBefore(
  tx: Transaction,
  change: AccountChange,
): Promise<[ContactKind, ContactBefore][]> {
  const rows = await since(tx, change).whereIn('changed', CONTACTS).orderBy('security_epoch')
  return CONTACTS.flatMap((kind) => {
    const before = rows.map(shown).find(({ changed }) => changed === kind)?.contactBefore
    return before ? [[kind, before] as [ContactKind, ContactBefore]] : []
  })
}

/** Marks a change as undone, and those that came after it: whoever made one may have made them all. */
export async function markUndone(tx: Transaction, change: AccountChange): Promise<void> {
  await since(tx, change).whereNull('undone_at').update({ undone_at: tx.now })
}

/** Marks all changes of an account as settled: people have checked who holds it now. */
export async function settleChanges(tx: Transaction, accountId: string): Promise<void> {
  await tx
    .rows<ChangeRow>('account_changes')
    .where({ account_id: accountId })
    .whereNull('undone_at')
    .update({ undone_at: tx.now })
}

/** Deletes changes that nobody can undo any more, one batch of them. */
export async function purgeChanges(tx: Transaction): Promise<number> {
  const rows = () => tx.rows<ChangeRow>('account_changes')
  return deleteBatch(rows, (over) => over.where('made_at', '<', after(tx.now, -KEPT_FOR_MS)))
}

function since(tx: Transaction, { accountId, securityEpoch }: AccountChange) {
  return tx
    .rows<ChangeRow>('account_changes')
    .where({ account_id: accountId })
    .where('security_epoch', '>=', securityEpoch)
}

function shown(row: ChangeRow): AccountChange {
  return {
    id: row.id,
    accountId: row.account_id,
    securityEpoch: row.security_epoch,
    changed: row.changed,
    authenticator: row.authenticator,
    contactBefore: CONTACTS.some((kind) => kind === row.changed)
      ? { value: row.contact_before, verifiedAt: row.contact_verified_at }
      : null,
    madeAt: row.made_at,
    undoneAt: row.undone_at,
  }
}
