import { lockSignedIn, type SignedIn } from '../../access/signed-in.ts'
import { lockAccount } from '../../accounts/store.ts'
import { record, visitorOrigin } from '../../audit/audit.ts'
import { withOrganization, type Transaction } from '../../database/transaction.ts'
import type { Visitor } from '../../platform/visitor.ts'
import type { Attempt } from '../attempt.ts'
import { move } from '../in-hand.ts'
import type { RecoveryParts } from '../parts.ts'
import { tooManyWrongTokens } from '../../limits/wrong-tokens.ts'
import { isLinkToStop, type StopLink } from './stop-link.ts'
import { endRequest, lockRequest, requestById, wayInto, type RecoveryRequest } from './store.ts'
import { attemptById, lockAttempt } from '../store.ts'

/** How a request stands for who holds a letter about it: something is left to stop, or it is over, or was never ours. */
export type Stopping =
  | { outcome: 'open' | 'over' }
  | { outcome: 'dead'; reason: 'not-known' }
  | { outcome: 'too-many'; retryAfterSeconds: number }

const UNKNOWN = { outcome: 'dead', reason: 'not-known' } as const

/** Tells whether something is left to stop, and changes nothing: mail scanners open this link too. */
export async function examineStop(
  parts: RecoveryParts,
  organizationId: string,
  link: StopLink,
  visitor: Visitor,
): Promise<Stopping> {
  const standing = isLinkToStop(parts.secrets, organizationId, link)
    ? await withOrganization(parts.database, organizationId, (tx) => standingOf(tx, link.requestId))
    : UNKNOWN
  return (await tooManyWrongTokens(parts, standing, visitor)) ?? standing
}

/** Stops a request, for who holds a letter about it. `open`: it was, until now. */
export async function stopByLetter(
  parts: RecoveryParts,
  organizationId: string,
  link: StopLink,
  visitor: Visitor,
): Promise<Stopping> {
  const standing = isLinkToStop(parts.secrets, organizationId, link)
    ? await withOrganization(parts.database, organizationId, async (tx) => {
        const wasOpen = await stop(parts, tx, link.requestId, visitor, null)
        return { outcome: wasOpen ? 'open' : 'over' } as const
      })
    : UNKNOWN
  return (await tooManyWrongTokens(parts, standing, visitor)) ?? standing
}

/** Stops what lets somebody into the account of a person who is signed in. `over`: nothing was left to stop. */
export async function stopBySession(
  parts: RecoveryParts,
  organizationId: string,
  who: SignedIn,
): Promise<'stopped' | 'over' | 'session-over'> {
  return withOrganization(parts.database, organizationId, async (tx) => {
    const held = await lockSignedIn(tx, who)
    if (!held) return 'session-over'
    const wayIn = await wayInto(tx, held.account)
    const isStopped = wayIn !== null && (await stop(parts, tx, wayIn.requestId, who.visitor, who.accountId))
    return isStopped ? 'stopped' : 'over'
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

async function standingOf(tx: Transaction, requestId: string): Promise<{ outcome: 'open' | 'over' }> {
  const request = await requestById(tx, requestId)
  return { outcome: request && (await isLeft(tx, request)) ? 'open' : 'over' }
}

/** Whether something of a request is left to end: it waits or is held, or nobody has made use of what it granted. */
export async function isLeft(tx: Transaction, request: RecoveryRequest): Promise<boolean> {
  if (request.state !== 'granted') return request.endedAt === null
  return isUnderWay(await attemptById(tx, request.id), tx.now)
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
