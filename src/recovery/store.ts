import { deleteBatch, PURGE_BATCH } from '../database/purge.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import { after, DAY } from '../platform/clock.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Attempt, ClosedReason, Step } from './attempt.ts'
import type { Proof } from './policy.ts'
import type { MethodId } from './strategy.ts'

interface AttemptRow extends TenantRow {
  id: string
  lineage: string
  sequence: number
  origin: Attempt['origin']
  settings_version: number
  identifier_sealed: string
  account_id: string | null
  security_epoch: number | null
  method: MethodId | null
  asked_by_hash: Buffer
  browser_hash: Buffer | null
  device_hash: Buffer | null
  address: string
  device: string
  locale: string
  step: Step
  closed_reason: ClosedReason | null
  proven: Proof[]
  pending_sealed: string | null
  exchanges: number
  tries: number
  submits: number
  refreshed: boolean
  completed_by: string | null
  begun_at: Date
  finish_by: Date | null
  expires_at: Date
  ended_at: Date | null
}

interface SecretRow extends TenantRow {
  hash: Buffer
  attempt_id: string
  issued_at: Date
  expires_at: Date
}

/** How a request was made: kept from its beginning, never moved. */
export interface AskedFrom {
  /** What the person typed, sealed: it may be a password typed into the wrong field. */
  identifierSealed: string
  /** SHA-256 of the cookie of the browser that asked. It may see that something was sent, and nothing else. */
  askedByHash: Buffer
  deviceHash: Buffer | null
  /** Shortened to a network. */
  address: string
  device: string
  locale: string
}

export interface StoredAttempt extends Attempt {
  asked: AskedFrom
  begunAt: Date
}

/** One secret that was sent for an attempt, as far as it is kept. */
export interface IssuedSecret {
  attemptId: string
  issuedAt: Date
  expiresAt: Date
}

/** Hashes are kept this long, so that expired, used and replaced links can be told apart. */
const KEPT_FOR = 30 * DAY

export async function addAttempt(tx: Transaction, attempt: Attempt, asked: AskedFrom): Promise<void> {
  await tx.insert<AttemptRow>('recovery_attempts', {
    ...movingColumns(attempt),
    id: attempt.id,
    lineage: attempt.lineage,
    sequence: attempt.sequence,
    origin: attempt.origin,
    settings_version: attempt.settingsVersion,
    identifier_sealed: asked.identifierSealed,
    asked_by_hash: asked.askedByHash,
    device_hash: asked.deviceHash,
    address: asked.address,
    device: asked.device,
    locale: asked.locale,
    begun_at: tx.now,
  })
}

/** Writes what `transition` made of an attempt that this transaction has locked. */
export async function saveAttempt(tx: Transaction, attempt: Attempt): Promise<void> {
  await tx.rows<AttemptRow>('recovery_attempts').where('id', attempt.id).update(movingColumns(attempt))
}

/** The attempt that this cookie's browser answered; null for any other token. */
export async function attemptAnsweredBy(tx: Transaction, token: string): Promise<StoredAttempt | null> {
  return shown(await tx.rows<AttemptRow>('recovery_attempts').where('browser_hash', hashToken(token)).first())
}

/** The attempt that this cookie's browser asked for; null for any other token. */
export async function attemptAskedBy(tx: Transaction, token: string): Promise<StoredAttempt | null> {
  return shown(
    await tx.rows<AttemptRow>('recovery_attempts').where('asked_by_hash', hashToken(token)).first(),
  )
}

/** An attempt, held until the transaction ends, so that no two requests move it at once. */
export async function lockAttempt(tx: Transaction, id: string): Promise<StoredAttempt | null> {
  return shown(await tx.rows<AttemptRow>('recovery_attempts').where({ id }).forUpdate().first())
}

export async function attemptById(tx: Transaction, id: string): Promise<StoredAttempt | null> {
  return shown(await tx.rows<AttemptRow>('recovery_attempts').where({ id }).first())
}

/** An account's attempts that are not over, oldest first, held until the transaction ends. */
export async function lockOpenAttempts(tx: Transaction, accountId: string): Promise<StoredAttempt[]> {
  return (await openOnes(tx, accountId).forUpdate()).map(shownRow)
}

/** The same, read. */
export async function openAttempts(tx: Transaction, accountId: string): Promise<StoredAttempt[]> {
  return (await openOnes(tx, accountId)).map(shownRow)
}

function openOnes(tx: Transaction, accountId: string) {
  return tx
    .rows<AttemptRow>('recovery_attempts')
    .where('account_id', accountId)
    .whereNull('ended_at')
    .where('expires_at', '>', tx.now)
    .orderBy('id')
}

/** The one attempt of an account that is open by this method, held; null when there is none. */
export async function lockOpenAttemptBy(
  tx: Transaction,
  accountId: string,
  method: MethodId,
): Promise<StoredAttempt | null> {
  const open = tx.rows<AttemptRow>('recovery_attempts').where({ account_id: accountId, method })
  return shown(await open.whereNull('ended_at').forUpdate().first())
}

export async function addSecret(tx: Transaction, hash: Buffer, issued: IssuedSecret): Promise<void> {
  await tx.insert<SecretRow>('recovery_secrets', {
    hash,
    attempt_id: issued.attemptId,
    issued_at: issued.issuedAt,
    expires_at: issued.expiresAt,
  })
}

/** What is known of a secret by its hash, or what may be it; null for one that was never sent, or too long ago. */
export async function issuedSecret(tx: Transaction, ...hashes: Buffer[]): Promise<IssuedSecret | null> {
  const row = await tx.rows<SecretRow>('recovery_secrets').whereIn('hash', hashes).first()
  return row ? { attemptId: row.attempt_id, issuedAt: row.issued_at, expiresAt: row.expires_at } : null
}

/** Whether anything was ever sent for an attempt: what is sent after that is a retry. */
export async function hasSecret(tx: Transaction, attemptId: string): Promise<boolean> {
  return Boolean(await tx.rows<SecretRow>('recovery_secrets').where({ attempt_id: attemptId }).first())
}

/** An account's attempts, over or not, as far as they are kept, oldest first. */
export async function attemptsOf(tx: Transaction, accountId: string): Promise<StoredAttempt[]> {
  const rows = tx.rows<AttemptRow>('recovery_attempts').where('account_id', accountId).orderBy('id')
  return (await rows).map(shownRow)
}

/** An account's attempts of some methods that began since an instant, over or not. */
export async function attemptsSince(
  tx: Transaction,
  accountId: string,
  methods: readonly MethodId[],
  since: Date,
): Promise<StoredAttempt[]> {
  const rows = await tx
    .rows<AttemptRow>('recovery_attempts')
    .where('account_id', accountId)
    .whereIn('method', methods)
    .where('begun_at', '>', since)
  return rows.map(shownRow)
}

/** Attempts with an authenticator that can be finished no more, one batch; those that somebody just uses are passed over. */
export async function lockLatePending(tx: Transaction): Promise<StoredAttempt[]> {
  const rows = await tx
    .rows<AttemptRow>('recovery_attempts')
    .whereNotNull('pending_sealed')
    .where('finish_by', '<=', tx.now)
    .limit(PURGE_BATCH)
    .forUpdate()
    .skipLocked()
  return rows.map(shownRow)
}

/** Deletes attempts, and with them their secrets, that began more than 30 days ago, one batch of them. */
export async function purgeAttempts(tx: Transaction): Promise<number> {
  const rows = () => tx.rows<AttemptRow>('recovery_attempts')
  return deleteBatch(rows, (over) => over.where('begun_at', '<', after(tx.now, -KEPT_FOR)))
}

function movingColumns(attempt: Attempt) {
  return {
    account_id: attempt.person?.accountId ?? null,
    security_epoch: attempt.person?.securityEpoch ?? null,
    method: attempt.method,
    browser_hash: attempt.browserHash,
    step: attempt.step,
    closed_reason: attempt.closedReason,
    proven: attempt.proven,
    pending_sealed: attempt.pendingSealed,
    exchanges: attempt.exchanges,
    tries: attempt.tries,
    submits: attempt.submits,
    refreshed: attempt.refreshed,
    completed_by: attempt.completedBy,
    finish_by: attempt.finishBy,
    expires_at: attempt.expiresAt,
    ended_at: attempt.endedAt,
  }
}

function shown(row: AttemptRow | undefined): StoredAttempt | null {
  return row ? shownRow(row) : null
}

function shownRow(row: AttemptRow): StoredAttempt {
  return {
    id: row.id,
    lineage: row.lineage,
    sequence: row.sequence,
    origin: row.origin,
    settingsVersion: row.settings_version,
    person:
      row.account_id !== null && row.security_epoch !== null
        ? { accountId: row.account_id, securityEpoch: row.security_epoch }
        : null,
    method: row.method,
    browserHash: row.browser_hash,
    step: row.step,
    closedReason: row.closed_reason,
    proven: row.proven,
    pendingSealed: row.pending_sealed,
    exchanges: row.exchanges,
    tries: row.tries,
    submits: row.submits,
    refreshed: row.refreshed,
    completedBy: row.completed_by,
    finishBy: row.finish_by,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    begunAt: row.begun_at,
    asked: {
      identifierSealed: row.identifier_sealed,
      askedByHash: row.asked_by_hash,
      deviceHash: row.device_hash,
      address: row.address,
      device: row.device,
      locale: row.locale,
    },
  }
}
