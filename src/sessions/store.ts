import { after } from '../platform/clock.ts'
import { isToken, newToken, type Random } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import { deleteBatch } from '../database/purge.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import { ABSOLUTE_LIMIT, IDLE_LIMIT, isLive, MOST_PER_ACCOUNT, type Session } from './session.ts'

interface SessionRow extends TenantRow {
  token_hash: Buffer
  account_id: string
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

/** Seen again within this long, a session is not written to: a page view then costs no write. */
const SEEN_GRAIN = 30_000

/**
 * Opens a session under a new token, never one that the browser brought along (ASVS 7.2.4), and returns the token for
 * the cookie. Ends the account's sessions unused for longest when there are too many.
 */
export async function openSession(
  tx: Transaction,
  random: Random,
  accountId: string,
  place: Place,
): Promise<string> {
  const token = newToken(random)
  await tx.insert<SessionRow>('sessions', {
    token_hash: hashToken(token),
    account_id: accountId,
    authenticated_at: tx.now,
    last_seen_at: tx.now,
    ...place,
  })
  const surplus = tx
    .rows<SessionRow>('sessions')
    .where('account_id', accountId)
    .orderBy('last_seen_at', 'desc')
    .offset(MOST_PER_ACCOUNT)
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
    tokenHash: row.token_hash,
    accountId: row.account_id,
    authenticatedAt: row.authenticated_at,
    lastSeenAt: row.last_seen_at,
  }
}
