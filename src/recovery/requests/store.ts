import { deleteBatch, PURGE_BATCH } from '../../database/purge.ts'
import type { TenantRow, Transaction } from '../../database/transaction.ts'
import { WORTH_SENDING_MS } from '../../delivery/message.ts'
import { after, DAY } from '../../platform/clock.ts'

export type RequestState = 'open' | 'approved' | 'granted' | 'refused' | 'cancelled' | 'expired'

/** A person's request to their organization to be let back in. */
export interface RecoveryRequest {
  id: string
  accountId: string
  /** The account's when it was asked. */
  securityEpoch: number
  state: RequestState
  noteSealed: string
  /** Opened because the person said that a change was not theirs. */
  isReport: boolean
  address: string
  device: string
  askedAt: Date
  holdUntil: Date | null
  /** When the letter about the hold last left. */
  warnedAt: Date | null
  refusal: string | null
  endedAt: Date | null
}

export interface RequestRow extends TenantRow {
  id: string
  account_id: string
  security_epoch: number
  state: RequestState
  note_sealed: string
  is_report: boolean
  address: string
  device: string
  asked_at: Date
  hold_until: Date | null
  warned_at: Date | null
  refusal: string | null
  ended_at: Date | null
}

interface ApprovalRow extends TenantRow {
  request_id: string
  /** Null: the operator. */
  approver_id: string | null
  reason: string
  approved_at: Date
}

interface WayRow {
  id: string
  hold_until: Date | null
  expires_at: Date | null
}

/** A request that nobody decides is over after a week. */
export const WAITS_FOR_DECISION = 7 * DAY
/** One that was approved is over when the letter with its link could not leave in time. */
const WAITS_FOR_DELIVERY = WORTH_SENDING_MS['request-granted']

const KEPT_FOR = 90 * DAY

/** Whether a request can come to nothing any more, also where nobody has ended it yet. */
export function isOver({ endedAt, askedAt, holdUntil }: RecoveryRequest, now: Date): boolean {
  if (endedAt) return true
  return now >= (holdUntil ? after(holdUntil, WAITS_FOR_DELIVERY) : after(askedAt, WAITS_FOR_DECISION))
}

/** Files a request and returns it. Throws a duplicate error (`isDuplicate`) when the account has one open already. */
export async function addRequest(
  tx: Transaction,
  request: Pick<
    RecoveryRequest,
    'id' | 'accountId' | 'securityEpoch' | 'noteSealed' | 'isReport' | 'address' | 'device'
  >,
): Promise<RecoveryRequest> {
  const row: Omit<RequestRow, 'organization_id'> = {
    id: request.id,
    account_id: request.accountId,
    security_epoch: request.securityEpoch,
    state: 'open',
    note_sealed: request.noteSealed,
    is_report: request.isReport,
    address: request.address,
    device: request.device,
    asked_at: tx.now,
    hold_until: null,
    warned_at: null,
    refusal: null,
    ended_at: null,
  }
  await tx.insert<RequestRow>('recovery_requests', row)
  return requestOf(row)
}

/** A request, held until the transaction ends; null when there is none. Its account is locked before it, everywhere. */
export async function lockRequest(tx: Transaction, id: string): Promise<RecoveryRequest | null> {
  const row = await tx.rows<RequestRow>('recovery_requests').where({ id }).forUpdate().first()
  return row ? requestOf(row) : null
}

/** The account's request that is not over, held until the transaction ends. */
export async function lockRequestOf(tx: Transaction, accountId: string): Promise<RecoveryRequest | null> {
  const row = await tx
    .rows<RequestRow>('recovery_requests')
    .where({ account_id: accountId })
    .whereNull('ended_at')
    .forUpdate()
    .first()
  return row ? requestOf(row) : null
}

/** The account's request that is not over; null when it has none. */
export async function liveRequestOf(tx: Transaction, accountId: string): Promise<RecoveryRequest | null> {
  const row = await tx
    .rows<RequestRow>('recovery_requests')
    .where({ account_id: accountId })
    .whereNull('ended_at')
    .first()
  return row ? requestOf(row) : null
}

/** An account's requests, as far as they are kept, oldest first. */
export async function requestsOf(tx: Transaction, accountId: string): Promise<RecoveryRequest[]> {
  const rows = await tx.rows<RequestRow>('recovery_requests').where({ account_id: accountId }).orderBy('id')
  return rows.map(requestOf)
}

/** A request whatever became of it; null when there is none. */
export async function requestById(tx: Transaction, id: string): Promise<RecoveryRequest | null> {
  const row = await tx.rows<RequestRow>('recovery_requests').where({ id }).first()
  return row ? requestOf(row) : null
}

/** The requests that may still come to something, oldest first. */
export async function liveRequests(tx: Transaction): Promise<RecoveryRequest[]> {
  const rows = await tx
    .rows<RequestRow>('recovery_requests')
    .whereNull('ended_at')
    .orderBy(['asked_at', 'id'])
  return rows.map(requestOf).filter((request) => !isOver(request, tx.now))
}

/** Ends a request that this transaction holds. `refusal` is the reason of who refused it. */
export async function endRequest(
  tx: Transaction,
  id: string,
  state: Exclude<RequestState, 'open' | 'approved'>,
  refusal: string | null = null,
): Promise<void> {
  await tx.rows<RequestRow>('recovery_requests').where({ id }).update({ state, refusal, ended_at: tx.now })
}

/** Marks a request that this transaction holds as approved, to be granted when the hold is over. */
export async function approveUntil(tx: Transaction, id: string, until: Date): Promise<void> {
  await tx
    .rows<RequestRow>('recovery_requests')
    .where({ id })
    .update({ state: 'approved', hold_until: until })
}

export async function setNote(tx: Transaction, id: string, noteSealed: string): Promise<void> {
  await tx.rows<RequestRow>('recovery_requests').where({ id }).update({ note_sealed: noteSealed })
}

/** Notes that the letter about a hold leaves, and until when it holds by that. */
export async function warnedNow(tx: Transaction, id: string, holdUntil: Date): Promise<void> {
  await tx
    .rows<RequestRow>('recovery_requests')
    .where({ id, state: 'approved' })
    .update({ warned_at: tx.now, hold_until: holdUntil })
}

/** Adds somebody's approval. Throws a duplicate error (`isDuplicate`) for a second one of theirs. */
export async function addApproval(
  tx: Transaction,
  approval: { requestId: string; approverId: string | null; reason: string },
): Promise<void> {
  await tx.insert<ApprovalRow>('request_approvals', {
    request_id: approval.requestId,
    approver_id: approval.approverId,
    reason: approval.reason,
    approved_at: tx.now,
  })
}

/** Somebody's approval; null stands for the operator. */
export interface Approval {
  approverId: string | null
  reason: string
  approvedAt: Date
}

/** The approvals of a request, in the order in which they were given. */
export async function approvalsOf(tx: Transaction, requestId: string): Promise<Approval[]> {
  const rows = await tx
    .rows<ApprovalRow>('request_approvals')
    .where({ request_id: requestId })
    .orderBy(['approved_at', 'approver_id'])
  return rows.map(({ approver_id, reason, approved_at }) => ({
    approverId: approver_id,
    reason,
    approvedAt: approved_at,
  }))
}

/** Who has approved a request so far; null stands for the operator. */
export async function approversOf(tx: Transaction, requestId: string): Promise<(string | null)[]> {
  return (await approvalsOf(tx, requestId)).map(({ approverId }) => approverId)
}

/** A way into an account that a request is going to give to somebody, or gave already. */
export interface WayIn {
  requestId: string
  /** When the link goes out; null once there is one, or a code was read out. */
  heldUntil: Date | null
  /** Until when what was given can still be used; null before. */
  openUntil: Date | null
}

/** What a request is doing for an account as it is now, in one query: every page of a signed-in person asks. */
export async function wayInto(
  tx: Transaction,
  { id, securityEpoch }: { id: string; securityEpoch: number },
): Promise<WayIn | null> {
  const row = await tx
    .rows<RequestRow>('recovery_requests')
    .leftJoin('recovery_attempts as granted', (on) => {
      on.on('granted.organization_id', 'recovery_requests.organization_id')
      on.on('granted.id', 'recovery_requests.id').onNull('granted.ended_at')
      on.onVal('granted.expires_at', '>', tx.now)
    })
    .where('recovery_requests.account_id', id)
    .where('recovery_requests.security_epoch', securityEpoch)
    .whereIn('recovery_requests.state', ['approved', 'granted'])
    .whereRaw("(recovery_requests.state = 'approved' or granted.id is not null)")
    .orderBy('recovery_requests.id', 'desc')
    .first<WayRow | undefined>('recovery_requests.id', 'hold_until', 'granted.expires_at')
  if (!row) return null
  return {
    requestId: row.id,
    heldUntil: row.expires_at ? null : row.hold_until,
    openUntil: row.expires_at,
  }
}

/** Ends requests that can come to nothing any more, so that they are kept no longer than others, one batch of them. */
export async function expireRequests(tx: Transaction): Promise<number> {
  const late = await tx
    .rows<RequestRow>('recovery_requests')
    .whereNull('ended_at')
    .where((either) => {
      void either
        .where((held) => void held.where('hold_until', '<=', after(tx.now, -WAITS_FOR_DELIVERY)))
        .orWhere(
          (open) =>
            void open.whereNull('hold_until').where('asked_at', '<=', after(tx.now, -WAITS_FOR_DECISION)),
        )
    })
    .limit(PURGE_BATCH)
    .forUpdate()
    .skipLocked()
  for (const { id } of late) await endRequest(tx, id, 'expired')
  return late.length
}

/** Deletes requests that were over long ago, one batch of them. */
export async function purgeRequests(tx: Transaction): Promise<number> {
  const rows = () => tx.rows<RequestRow>('recovery_requests')
  return deleteBatch(rows, (over) => over.where('ended_at', '<', after(tx.now, -KEPT_FOR)))
}

/** A request as its row tells it. */
export function requestOf(row: Omit<RequestRow, 'organization_id'>): RecoveryRequest {
  return {
    id: row.id,
    accountId: row.account_id,
    securityEpoch: row.security_epoch,
    state: row.state,
    noteSealed: row.note_sealed,
    isReport: row.is_report,
    address: row.address,
    device: row.device,
    askedAt: row.asked_at,
    holdUntil: row.hold_until,
    warnedAt: row.warned_at,
    refusal: row.refusal,
    endedAt: row.ended_at,
  }
}
