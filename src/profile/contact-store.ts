import { deleteBatch } from '../database/purge.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import type { ContactKind } from '../delivery/news.ts'
import { after, DAY } from '../platform/clock.ts'

/** How a new address or number that waits can end. `taken`: the address became another account's meanwhile. */
export type ContactEnding = 'confirmed' | 'replaced' | 'cancelled' | 'taken'

/** A new address or number of an account. It counts for nothing before somebody who reads it has confirmed it. */
export interface PendingContact {
  id: string
  accountId: string
  /** The account's when it was asked for. */
  securityEpoch: number
  /** Which session asked for it; ended from elsewhere, it takes this along. */
  sessionId: string
  kind: ContactKind
  /** An address as it was typed, or a number in E.164. */
  value: string
  /** Where it was asked for from: shortened to a network, and a device in words. */
  address: string
  device: string
  locale: string
  /** How often its message was asked for, and when last. */
  sends: number
  sentForAt: Date
  /** Codes that were typed since then. */
  tries: number
  askedAt: Date
  expiresAt: Date
  ending: ContactEnding | null
}

interface PendingRow extends TenantRow {
  id: string
  account_id: string
  security_epoch: number
  session_id: string
  kind: ContactKind
  value: string
  address: string
  device: string
  locale: string
  sends: number
  sent_for_at: Date
  tries: number
  created_at: Date
  expires_at: Date
  ended_at: Date | null
  ending: ContactEnding | null
}

interface SecretRow extends TenantRow {
  hash: Buffer
  pending_id: string
  message_id: string
  expires_at: Date
}

/** What was sent to an address or number: a link or a code. */
export interface ContactSecret {
  pendingId: string
  messageId: string
  expiresAt: Date
}

/** How long a new address or number waits, and how long what becomes of it is known. */
const KEPT_FOR = 7 * DAY

/** Adds a new address or number of an account that this transaction holds, in place of the one that waited. */
export async function addPendingContact(
  tx: Transaction,
  pending: Omit<PendingContact, 'sends' | 'sentForAt' | 'tries' | 'askedAt' | 'expiresAt' | 'ending'>,
): Promise<void> {
  const { accountId, kind } = pending
  await rows(tx)
    .where({ account_id: accountId, kind })
    .whereNull('ended_at')
    .update({ ending: 'replaced', ended_at: tx.now })
  await tx.insert<PendingRow>('pending_contacts', {
    id: pending.id,
    account_id: accountId,
    security_epoch: pending.securityEpoch,
    session_id: pending.sessionId,
    kind,
    value: pending.value,
    address: pending.address,
    device: pending.device,
    locale: pending.locale,
    sends: 1,
    sent_for_at: tx.now,
    tries: 0,
    created_at: tx.now,
    expires_at: after(tx.now, KEPT_FOR),
    ended_at: null,
    ending: null,
  })
}

/** All that waits for an account as it is now. What was asked for before the account changed does not. */
export async function contactsWaiting(
  tx: Transaction,
  { id: accountId, securityEpoch }: { id: string; securityEpoch: number },
): Promise<PendingContact[]> {
  const waiting = await rows(tx)
    .where({ account_id: accountId, security_epoch: securityEpoch })
    .whereNull('ended_at')
    .where('expires_at', '>', tx.now)
    .orderBy('kind')
  return waiting.map(shown)
}

/** What waits of a kind for an account as it is now; null when nothing does. */
export async function contactWaiting(
  tx: Transaction,
  account: { id: string; securityEpoch: number },
  kind: ContactKind,
): Promise<PendingContact | null> {
  return (await contactsWaiting(tx, account)).find((one) => one.kind === kind) ?? null
}

/** A new address or number, whatever became of it. */
export async function pendingContact(tx: Transaction, id: string): Promise<PendingContact | null> {
  const row = await rows(tx).where({ id }).first()
  return row ? shown(row) : null
}

/** Ends what waits; nothing where it has ended. */
export async function endPendingContact(tx: Transaction, id: string, ending: ContactEnding): Promise<void> {
  await rows(tx).where({ id }).whereNull('ended_at').update({ ending, ended_at: tx.now })
}

/** Cancels what one session of an account asked for, or all sessions but one: gone ones, too. */
export async function cancelContactsOf(
  tx: Transaction,
  accountId: string,
  sessions: { only: string } | { allBut: string },
): Promise<void> {
  const waiting = rows(tx).where({ account_id: accountId }).whereNull('ended_at')
  if ('only' in sessions) waiting.where('session_id', sessions.only)
  else waiting.whereNot('session_id', sessions.allBut)
  await waiting.update({ ending: 'cancelled', ended_at: tx.now })
}

/** Notes that the message was asked for once more: codes that are out die with that, and tries are counted anew. */
export async function countSend(tx: Transaction, { id, kind }: PendingContact): Promise<void> {
  await rows(tx).where({ id }).update({ sent_for_at: tx.now, tries: 0 }).increment('sends', 1)
  if (kind === 'phone') await tx.rows<SecretRow>('contact_secrets').where({ pending_id: id }).delete()
}

/** Counts one code that was typed, and tells how many; null when no more may be. One statement: parallel ones add up. */
export async function countCodeTry(tx: Transaction, id: string, most: number): Promise<number | null> {
  const [counted] = await rows(tx)
    .where({ id })
    .whereNull('ended_at')
    .where('tries', '<', most)
    .increment('tries', 1)
    .returning('tries')
  return counted?.tries ?? null
}

export async function addContactSecret(tx: Transaction, hash: Buffer, secret: ContactSecret): Promise<void> {
  await tx.insert<SecretRow>('contact_secrets', {
    hash,
    pending_id: secret.pendingId,
    message_id: secret.messageId,
    expires_at: secret.expiresAt,
  })
}

/** What is known of a link or code by one of its hashes; null for one that was never sent, or too long ago. */
export async function contactSecret(tx: Transaction, ...hashes: Buffer[]): Promise<ContactSecret | null> {
  const row = await tx.rows<SecretRow>('contact_secrets').whereIn('hash', hashes).first()
  return row ? { pendingId: row.pending_id, messageId: row.message_id, expiresAt: row.expires_at } : null
}

/** Whether a message had a secret before: then this is a retry of it. */
export async function hasContactSecret(tx: Transaction, messageId: string): Promise<boolean> {
  return Boolean(await tx.rows<SecretRow>('contact_secrets').where({ message_id: messageId }).first())
}

/** Deletes what waited long enough, whatever became of it, one batch; its secrets go with it. */
export async function purgePendingContacts(tx: Transaction): Promise<number> {
  return deleteBatch(
    () => rows(tx),
    (over) => over.where('expires_at', '<=', tx.now),
  )
}

function rows(tx: Transaction) {
  return tx.rows<PendingRow>('pending_contacts')
}

function shown(row: PendingRow): PendingContact {
  return {
    id: row.id,
    accountId: row.account_id,
    securityEpoch: row.security_epoch,
    sessionId: row.session_id,
    kind: row.kind,
    value: row.value,
    address: row.address,
    device: row.device,
    locale: row.locale,
    sends: row.sends,
    sentForAt: row.sent_for_at,
    tries: row.tries,
    askedAt: row.created_at,
    expiresAt: row.expires_at,
    ending: row.ending,
  }
}
