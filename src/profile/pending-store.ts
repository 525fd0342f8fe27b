import type { PendingAuthenticator } from '../credentials/pending-authenticator.ts'
import { deleteBatch } from '../database/purge.ts'
import type { SealedColumn } from '../database/reseal.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import { after, MINUTE } from '../platform/clock.ts'
import type { Secrets } from '../platform/secrets.ts'

interface PendingRow extends TenantRow {
  session_id: string
  pending_sealed: string
  expires_at: Date
}

/** What a session is about to change: its person's authenticator, or no more than the recovery codes of the one they have. */
export type Pending =
  { what: 'authenticator'; authenticator: PendingAuthenticator } | { what: 'codes'; codes: string[] }

/** How long there is to finish it; its proof was given when it was begun. */
export const PENDING_FOR = 15 * MINUTE

/** Authenticators that are being set up by people who are signed in. */
export const sealedPendingHere = {
  what: 'authenticators being set up in sessions',
  table: 'pending_authenticators',
  column: 'pending_sealed',
  id: 'session_id',
  context: (sessionId, organizationId) => `pending_authenticators.${organizationId}.${sessionId}`,
} as const satisfies SealedColumn

/** Keeps what a session begins, in place of what it began before. It has fifteen minutes from now on. */
export async function beginPending(
  tx: Transaction,
  secrets: Secrets,
  sessionId: string,
  pending: Pending,
): Promise<void> {
  await tx
    .insert<PendingRow>('pending_authenticators', {
      session_id: sessionId,
      pending_sealed: sealed(tx, secrets, sessionId, pending),
      expires_at: after(tx.now, PENDING_FOR),
    })
    .onConflict(['organization_id', 'session_id'])
    .merge(['pending_sealed', 'expires_at'])
}

/** Changes what a session began; its end stays where it is. */
export async function savePending(
  tx: Transaction,
  secrets: Secrets,
  sessionId: string,
  pending: Pending,
): Promise<void> {
  const pending_sealed = sealed(tx, secrets, sessionId, pending)
  await rows(tx, sessionId).update({ pending_sealed })
}

/** What a session began and may still finish; null when there is nothing. */
export async function pendingIn(
  tx: Transaction,
  secrets: Secrets,
  sessionId: string,
): Promise<Pending | null> {
  const row = await rows(tx, sessionId).where('expires_at', '>', tx.now).first()
  if (!row) return null
  const text = secrets.open(row.pending_sealed, sealedPendingHere.context(sessionId, tx.organizationId))
  return JSON.parse(text) as Pending
}

/** Forgets what a session began. */
export async function endPending(tx: Transaction, sessionId: string): Promise<void> {
  await rows(tx, sessionId).delete()
}

/** Deletes what was not finished in time, one batch of it (ASVS 14.2.7). */
export async function purgePending(tx: Transaction): Promise<number> {
  const all = () => tx.rows<PendingRow>('pending_authenticators')
  return deleteBatch(all, (over) => over.where('expires_at', '<=', tx.now))
}

function sealed(tx: Transaction, secrets: Secrets, sessionId: string, pending: Pending): string {
  return secrets.seal(JSON.stringify(pending), sealedPendingHere.context(sessionId, tx.organizationId))
}

function rows(tx: Transaction, sessionId: string) {
  return tx.rows<PendingRow>('pending_authenticators').where({ session_id: sessionId })
}
