import type { Account } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { Visitor } from '../platform/visitor.ts'
import type { Attempt } from './attempt.ts'
import { move } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { endRequest, lockRequest, requestById, wayInto, type RecoveryRequest } from './request-store.ts'
import { attemptById, lockAttempt } from './store.ts'

const STOPPING = 'cancel a request'

/** The token that a letter about a request carries: only the server can make it, and it rests nowhere. */
export function stopTokenOf({ secrets }: RecoveryParts, tx: Transaction, requestId: string): string {
  return secrets.keyedHash(STOPPING, tx.organizationId, requestId)
}

/** Whether an address that stops a request is one of ours, and something is left to stop. Changes nothing. */
export async function mayStopRequest(
  parts: RecoveryParts,
  organizationId: string,
  { requestId, token }: { requestId: string; token: string },
): Promise<boolean> {
  if (!parts.secrets.isKeyedHash(token, STOPPING, organizationId, requestId)) return false
  return withOrganization(parts.database, organizationId, async (tx) => {
    const request = await requestById(tx, requestId)
    if (request?.state !== 'granted') return request?.endedAt === null
    return isUnderWay(await attemptById(tx, requestId), tx.now)
  })
}

/** Stops a request, for who holds a letter about it. Says whether there was something to stop. */
export async function stopByLetter(
  parts: RecoveryParts,
  organizationId: string,
  { requestId, token }: { requestId: string; token: string },
  visitor: Visitor,
): Promise<boolean> {
  if (!parts.secrets.isKeyedHash(token, STOPPING, organizationId, requestId)) return false
  return withOrganization(parts.database, organizationId, (tx) => stop(parts, tx, requestId, visitor, null))
}

/** Stops what lets somebody into the account of a person who is signed in. Says whether there was something to stop. */
export async function stopBySession(
  parts: RecoveryParts,
  organizationId: string,
  account: Account,
  visitor: Visitor,
): Promise<boolean> {
  return withOrganization(parts.database, organizationId, async (tx) => {
    const wayIn = await wayInto(tx, account)
    return wayIn !== null && stop(parts, tx, wayIn.requestId, visitor, account.id)
  })
}

/**
 * Ends a request that this transaction holds with its account: one that waits or is held, or what it granted, until the
 * password is changed by it. Says whether something was left to end.
 */
export async function endWhatIsLeft(
  tx: Transaction,
  request: RecoveryRequest,
  state: 'refused' | 'cancelled',
  refusal: string | null = null,
): Promise<boolean> {
  const granted = request.state === 'granted' ? await lockAttempt(tx, request.id) : null
  if (granted ? !isUnderWay(granted, tx.now) : request.endedAt !== null) return false
  if (granted) await move(tx, granted, { name: 'ended', reason: 'cancelled' })
  await endRequest(tx, request.id, state, refusal)
  return true
}

async function stop(
  parts: RecoveryParts,
  tx: Transaction,
  requestId: string,
  visitor: Visitor,
  actorId: string | null,
): Promise<boolean> {
  const seen = await requestById(tx, requestId)
  if (seen) await lockAccount(tx, seen.accountId)
  const request = seen && (await lockRequest(tx, requestId))
  return request !== null && endAsCancelled(parts, tx, request, visitor, actorId)
}

/** Ends a request that this transaction holds, for who says that it is not to be. Says whether something was left to end. */
export async function endAsCancelled(
  parts: RecoveryParts,
  tx: Transaction,
  request: RecoveryRequest,
  visitor: Visitor,
  actorId: string | null,
): Promise<boolean> {
  if (!(await endWhatIsLeft(tx, request, 'cancelled'))) return false
  await record(tx, parts.random, {
    kind: 'request.cancelled',
    outcome: 'success',
    origin: visitorOrigin(visitor, actorId),
    subjectId: request.accountId,
    detail: { request: request.id, was: request.state },
  })
  return true
}

/** Whether what was granted can still be answered or finished. */
function isUnderWay(attempt: Attempt | null, now: Date): boolean {
  return attempt?.endedAt === null && now < attempt.expiresAt
}
