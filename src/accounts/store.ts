import type { TenantRow, Transaction } from '../database/transaction.ts'
import type { ContactKind } from '../delivery/news.ts'
import type { Account, Contact, Role } from './account.ts'
import { canonicalEmail, type Identifier } from './identifiers.ts'
import { countryOf } from './phone.ts'

interface AccountRow extends TenantRow {
  id: string
  username: string | null
  full_name: string
  role: Role
  state: Account['state']
  email: string | null
  email_canonical: string | null
  email_verified_at: Date | null
  email_changed_at: Date | null
  phone: string | null
  phone_country: string | null
  phone_verified_at: Date | null
  phone_changed_at: Date | null
  locale: string | null
  security_epoch: number
  protected_at: Date | null
  deletion_due_at: Date | null
  created_at: Date
}

/** Adds an account. Throws a duplicate error (`isDuplicate`) when its username or address is taken in this organization. */
export async function addAccount(tx: Transaction, account: Account): Promise<void> {
  await tx.sql<AccountRow>('accounts').insert(rowOf(tx, account))
}

/** Adds those accounts whose username and address are free by now, and returns their ids. */
export async function addAccounts(tx: Transaction, accounts: readonly Account[]): Promise<Set<string>> {
  if (accounts.length === 0) return new Set()
  const added = await tx
    .sql<AccountRow>('accounts')
    .insert(accounts.map((account) => rowOf(tx, account)))
    .onConflict()
    .ignore()
    .returning('id')
  return new Set(added.map(({ id }) => id))
}

/** The accounts that have one of these usernames, or one of these addresses in their canonical form. */
export async function accountsHolding(
  tx: Transaction,
  names: { usernames: readonly string[]; emails: readonly string[] },
): Promise<Account[]> {
  const held = [
    await tx.rows<AccountRow>('accounts').whereIn('username', names.usernames),
    await tx.rows<AccountRow>('accounts').whereIn('email_canonical', names.emails),
  ]
  return held.flat().map(shown)
}

/** The account that an identifier names in this organization, whatever its state; null when there is none. */
export async function accountNamed(tx: Transaction, identifier: Identifier): Promise<Account | null> {
  const column = identifier.kind === 'email' ? 'email_canonical' : 'username'
  const row = await tx.rows<AccountRow>('accounts').where(column, identifier.canonical).first()
  return row ? shown(row) : null
}

/** The account under an id; null when there is none in this organization. */
export async function accountById(tx: Transaction, id: string): Promise<Account | null> {
  const row = await tx.rows<AccountRow>('accounts').where({ id }).first()
  return row ? shown(row) : null
}

/** The accounts under some ids, by id; those that are gone, and null, are left out. */
export async function accountsById(
  tx: Transaction,
  ids: readonly (string | null)[],
): Promise<Map<string, Account>> {
  const asked = [...new Set(ids.filter((id) => id !== null))]
  const rows = asked.length === 0 ? [] : await tx.rows<AccountRow>('accounts').whereIn('id', asked)
  return new Map(rows.map((row) => [row.id, shown(row)]))
}

/** The full names under some ids; those without an account in this organization are left out. */
export async function fullNamesOf(tx: Transaction, ids: string[]): Promise<Map<string, string>> {
  const rows = await tx.rows<AccountRow>('accounts').whereIn('id', ids).select('id', 'full_name')
  return new Map(rows.map(({ id, full_name }) => [id, full_name]))
}

/** The accounts that were made first, in that order. */
export async function firstAccounts(tx: Transaction, most: number): Promise<Account[]> {
  const rows = await tx.rows<AccountRow>('accounts').orderBy('created_at').orderBy('id').limit(most)
  return rows.map(shown)
}

/**
 * Like `accountById`, and nobody else changes the account until this transaction ends. No lock against rows that refer to
 * it: two people who approve each other's requests would wait for each other.
 */
export async function lockAccount(tx: Transaction, id: string): Promise<Account | null> {
  const row = await tx.rows<AccountRow>('accounts').where({ id }).forNoKeyUpdate().first()
  return row ? shown(row) : null
}

/** Everyone who runs the organization and is active, in the order in which they came. */
export async function managers(tx: Transaction): Promise<Account[]> {
  const rows = await tx
    .rows<AccountRow>('accounts')
    .whereIn('role', ['administrator', 'owner'])
    .where('state', 'active')
    .orderBy(['created_at', 'id'])
  return rows.map(shown)
}

/** Every active owner, in the order in which they came. */
export async function owners(tx: Transaction): Promise<Account[]> {
  return (await managers(tx)).filter(({ role }) => role === 'owner')
}

/** Gives an account another full name. */
export async function renameAccount(tx: Transaction, id: string, fullName: string): Promise<void> {
  await tx.rows<AccountRow>('accounts').where({ id }).update({ full_name: fullName })
}

/** Gives an account another role or state. */
export async function changeStanding(
  tx: Transaction,
  id: string,
  standing: Partial<Pick<Account, 'role' | 'state'>>,
): Promise<void> {
  await tx.rows<AccountRow>('accounts').where({ id }).update(standing)
}

/**
 * Gives an account another address or number, or takes it away. Throws a duplicate error (`isDuplicate`) when the address is
 * another account's in this organization.
 */
export async function saveContact(
  tx: Transaction,
  id: string,
  kind: ContactKind,
  { value, verifiedAt, changedAt }: Contact,
): Promise<void> {
  const columns: Partial<AccountRow> =
    kind === 'email'
      ? {
          email: value,
          email_canonical: value === null ? null : canonicalEmail(value),
          email_verified_at: verifiedAt,
          email_changed_at: changedAt,
        }
      : {
          phone: value,
          phone_country: value && countryOf(value),
          phone_verified_at: verifiedAt,
          phone_changed_at: changedAt,
        }
  await tx.rows<AccountRow>('accounts').where({ id }).update(columns)
}

/** No text with a secret goes to the account's phone for 72 hours, as if the number were new. */
export async function unsettlePhone(tx: Transaction, id: string): Promise<void> {
  await tx
    .rows<AccountRow>('accounts')
    .where({ id })
    .whereNotNull('phone')
    .update({ phone_changed_at: tx.now })
}

/**
 * Marks that something changed by which the account is entered or reached, so that every recovery begun before is out
 * of date and closes at its next step. Whoever changes a password, an address, a state or a role calls it. Returns the new
 * one.
 */
export async function raiseSecurityEpoch(tx: Transaction, id: string): Promise<number> {
  const [raised] = await tx
    .rows<AccountRow>('accounts')
    .where({ id })
    .increment('security_epoch', 1)
    .returning('security_epoch')
  if (!raised) throw new Error(`no account ${id}`)
  return raised.security_epoch
}

/** Keeps the language that the account's person chose; null: none. */
export async function setLocale(tx: Transaction, id: string, locale: string | null): Promise<void> {
  await tx.rows<AccountRow>('accounts').where({ id }).update({ locale })
}

/** Closes an account to all but those whom people let in. It stays, too: it may have been a thief who wanted it deleted. */
export async function protectAccount(tx: Transaction, id: string): Promise<void> {
  await tx.rows<AccountRow>('accounts').where({ id }).update({ protected_at: tx.now, deletion_due_at: null })
}

/**
 * Opens an account to its person, whom people have checked because its mailbox was in doubt, and returns it as it is then.
 * What it is reached by is not verified any more if it was changed since an instant: it may be a thief's, or a mailbox that
 * the person left, which somebody else reads.
 */
export async function openAfterDoubt(tx: Transaction, account: Account, since: Date): Promise<Account> {
  const { id, emailChangedAt, phoneChangedAt } = account
  const isInDoubt = (changedAt: Date | null) => changedAt !== null && changedAt >= since
  const [opened] = await tx
    .rows<AccountRow>('accounts')
    .where({ id })
    .update({
      protected_at: null,
      ...(isInDoubt(emailChangedAt) ? { email_verified_at: null } : {}),
      ...(isInDoubt(phoneChangedAt) ? { phone_verified_at: null } : {}),
    })
    .returning('*')
  return opened ? shown(opened) : account
}

function rowOf(tx: Transaction, account: Account): AccountRow {
  return {
    organization_id: tx.organizationId,
    id: account.id,
    username: account.username,
    full_name: account.fullName,
    role: account.role,
    state: account.state,
    email: account.email,
    email_canonical: account.email === null ? null : canonicalEmail(account.email),
    email_verified_at: account.emailVerifiedAt,
    email_changed_at: account.emailChangedAt,
    phone: account.phone,
    phone_country: account.phone && countryOf(account.phone),
    phone_verified_at: account.phoneVerifiedAt,
    phone_changed_at: account.phoneChangedAt,
    locale: account.locale,
    security_epoch: account.securityEpoch,
    protected_at: account.protectedAt,
    deletion_due_at: account.deletionDueAt,
    created_at: tx.now,
  }
}

function shown(row: AccountRow): Account {
  return {
    id: row.id,
    username: row.username,
    fullName: row.full_name,
    role: row.role,
    state: row.state,
    email: row.email,
    emailVerifiedAt: row.email_verified_at,
    emailChangedAt: row.email_changed_at,
    phone: row.phone,
    phoneVerifiedAt: row.phone_verified_at,
    phoneChangedAt: row.phone_changed_at,
    locale: row.locale,
    securityEpoch: row.security_epoch,
    protectedAt: row.protected_at,
    deletionDueAt: row.deletion_due_at,
  }
}
