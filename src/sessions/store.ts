import { after } from '../platform/clock.ts'
import { isToken, newId, newToken, type Random } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import { deleteBatch } from '../database/purge.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import { ABSOLUTE_LIMIT, IDLE_LIMIT, isLive, MOST_PER_ACCOUNT, type Session } from './session.ts'

interface SessionRow extends TenantRow {
  id: string
  token_hash: Buffer
  account_id: string
  opened_at: Date | null
  authenticated_at: Date
  last_seen_at: Date
  address: string
  device: string
}

/** Where a session was opened, in a form that may be kept and shown. */
export interface Place {
  address: string
  device: string
}

/** A session as its person is shown it. */
export interface ListedSession extends Place {
  id: string
  openedAt: Date
  lastSeenAt: Date
}

/** Seen again within this long, a session is not written to: a page view then costs no write. */
const SEEN_GRAIN = 30_000

/**
 * Opens a session under a new token, never one that the browser brought along (ASVS 7.2.4), and returns the token for
 * the cookie. `authenticatedAt` is when its person proved who they are. Ends the account's sessions unused for longest when
 * there are too many.
 */
export async function openSession(
  tx: Transaction,
  random: Random,
  accountId: string,
  place: Place,
  authenticatedAt = tx.now,
): Promise<string> {
  const token = newToken(random)
  const tokenHash = hashToken(token)
  await tx.insert<SessionRow>('sessions', {
    id: newId(random, tx.now),
    token_hash: tokenHash,
    account_id: accountId,
    opened_at: tx.now,
    authenticated_at: authenticatedAt,
    last_seen_at: tx.now,
    ...place,
  })
  const surplus = tx
    .rows<SessionRow>('sessions')
    .where('account_id', accountId)
    .whereNot('token_hash', tokenHash)
    .orderBy('last_seen_at', 'desc')
    .offset(MOST_PER_ACCOUNT - 1)
    .select('token_hash')
  await tx.rows<SessionRow>('sessions').whereIn('token_hash', surplus).delete()
  return token
}

/** The live session of a cookie's token, marked as seen; null for every other token. */
export async function sessionOf(tx: Transaction, token: string): Promise<Session | null> {
  if (!isToken(token)) return null
  const row = await tx.rows<SessionRow>('sessions').where('token_hash', hashToken(token)).first()
  if (!row || !isLive(shown(row), tx.now)) return null
  if (tx.now > after(row.last_seen_at, SEEN_GRAIN)) {
    await tx.rows<SessionRow>('sessions').where('token_hash', row.token_hash).update({ last_seen_at: tx.now })
  }
  return shown(row)
}

/** A live session of an account under an id; null for every other id. */
export async function sessionById(tx: Transaction, accountId: string, id: string): Promise<Session | null> {
  const row = await tx.rows<SessionRow>('sessions').where({ id, account_id: accountId }).first()
  return row && isLive(shown(row), tx.now) ? shown(row) : null
}

/** The live sessions of an account, the one seen last first. */
export async function liveSessions(tx: Transaction, accountId: string): Promise<ListedSession[]> {
  const rows = await tx
    .rows<SessionRow>('sessions')
    .where('account_id', accountId)
    .orderBy([{ column: 'last_seen_at', order: 'desc' }, 'id'])
  return rows
    .filter((row) => isLive(shown(row), tx.now))
    .map((row) => ({
      id: row.id,
      address: row.address,
      device: row.device,
      openedAt: row.opened_at ?? row.authenticated_at,
      lastSeenAt: row.last_seen_at,
    }))
}

/**
 * Gives a session a new token in place of its own (ASVS 7.2.4), and returns it for the cookie. `authenticatedAt` is when
 * its person last proved who they are. Throws when the session is not there any more.
 */
export async function renewSession(
  tx: Transaction,
  random: Random,
  id: string,
  authenticatedAt: Date,
): Promise<string> {
  const token = newToken(random)
  const renewed = await tx
    .rows<SessionRow>('sessions')
    .where({ id })
    .update({ token_hash: hashToken(token), authenticated_at: authenticatedAt, last_seen_at: tx.now })
  if (renewed !== 1) throw new Error('a session that is gone cannot be renewed')
  return token
}

/** Ends one session of an account, by its id. Says whether there was one. */
export async function endSessionById(tx: Transaction, accountId: string, id: string): Promise<boolean> {
  const ended = await tx.rows<SessionRow>('sessions').where({ id, account_id: accountId }).delete()
  return ended === 1
}

/** Ends every session of an account but one. Returns how many ended. */
export async function endOtherSessions(tx: Transaction, accountId: string, kept: string): Promise<number> {
  return tx.rows<SessionRow>('sessions').where('account_id', accountId).whereNot('id', kept).delete()
}

/** Ends one session, by its cookie's token; a token that opens nothing ends nothing. */
export async function endSession(tx: Transaction, token: string): Promise<void> {
  await tx.rows<SessionRow>('sessions').where('token_hash', hashToken(token)).delete()
}

/** Ends every session of an account. Returns how many ended. */
export async function endSessions(tx: Transaction, accountId: string): Promise<number> {
  return tx.rows<SessionRow>('sessions').where('account_id', accountId).delete()
}

/** Deletes sessions that ran out, one batch of them. */
export async function purgeSessions(tx: Transaction): Promise<number> {
  const rows = () => tx.rows<SessionRow>('sessions')
  const idle = await deleteBatch(rows, (over) => over.where('last_seen_at', '<=', after(tx.now, -IDLE_LIMIT)))
  const old = await deleteBatch(rows, (over) =>
    over.where('authenticated_at', '<=', after(tx.now, -ABSOLUTE_LIMIT)),
  )
  return idle + old
}

function shown(row: SessionRow): Session {
  return {
    id: row.id,
    tokenHash: row.token_hash,
    accountId: row.account_id,
    authenticatedAt: row.authenticated_at,
    lastSeenAt: row.last_seen_at,
  }
}
