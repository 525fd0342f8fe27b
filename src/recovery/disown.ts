import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { hashToken } from '../platform/secrets.ts'
import { isToken } from '../platform/random.ts'
import type { Visitor } from '../platform/visitor.ts'
import { tooManyWrongTokens, type DeadReason } from './follow-link.ts'
import { holdAttempt, move, readAttempt, type AttemptInHand } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { issuedSecret } from './store.ts'

/** How a request stands for who says that it was not theirs: open, or over for a reason. */
export type Disowning =
  | { outcome: 'open' }
  | { outcome: 'dead'; reason: DeadReason }
  | { outcome: 'too-many'; retryAfterSeconds: number }

/** Tells how the request behind a mail's link stands, and changes nothing: mail scanners open this link too. */
export async function examineRequest(
  parts: RecoveryParts,
  organizationId: string,
  token: string,
  visitor: Visitor,
): Promise<Disowning> {
  const state = await withOrganization(parts.database, organizationId, async (tx) =>
    stateOf(await find(tx, token, readAttempt)),
  )
  return (await tooManyWrongTokens(parts, state, visitor)) ?? state
}

/**
 * Cancels the request that a mail was about, and nothing else: whoever holds the mail says that it was not theirs. It ends
 * at whatever step it stands, also in the hands of another browser: that may be a thief in the mailbox.
 */
export async function disownRequest(
  parts: RecoveryParts,
  organizationId: string,
  token: string,
  visitor: Visitor,
): Promise<Disowning> {
  const state = await withOrganization(parts.database, organizationId, async (tx): Promise<Disowning> => {
    const found = await find(tx, token, holdAttempt)
    const before = stateOf(found)
    if (!found || before.outcome !== 'open') return before
    const { attempt } = found
    await move(tx, attempt, { name: 'ended', reason: 'cancelled' })
    await record(tx, parts.random, {
      kind: 'recovery.disowned',
      outcome: 'success',
      origin: visitorOrigin(visitor),
      subjectId: attempt.person?.accountId ?? null,
      detail: { attempt: attempt.id, step: attempt.step },
    })
    return { outcome: 'dead', reason: 'cancelled' }
  })
  return (await tooManyWrongTokens(parts, state, visitor)) ?? state
}

async function find(tx: Transaction, token: string, read: typeof readAttempt): Promise<AttemptInHand | null> {
  const secret = isToken(token) ? await issuedSecret(tx, hashToken(token)) : null
  return secret && read(tx, secret.attemptId)
}

function stateOf(found: AttemptInHand | null): { outcome: 'open' } | { outcome: 'dead'; reason: DeadReason } {
  if (!found) return { outcome: 'dead', reason: 'not-known' }
  const { step, closedReason } = found.attempt
  if (step === 'done') return { outcome: 'dead', reason: 'used' }
  return closedReason ? { outcome: 'dead', reason: closedReason } : { outcome: 'open' }
}
