import { withOrganization } from '../database/transaction.ts'
import type { Visitor } from '../platform/visitor.ts'
import type { DeadReason } from './attempt.ts'
import { tooManyWrongTokens } from '../limits/wrong-tokens.ts'
import { attemptOfLink, holdAttempt, move, readAttempt, type AttemptInHand } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { recordDeed } from './record.ts'

/** How a request stands for who says that it was not theirs: open, or over for a reason. */
export type Disowning =
  | { outcome: 'open' }
  | { outcome: 'dead'; reason: DeadReason }
  | { outcome: 'too-many'; retryAfterSeconds: number }

/** Tells how the request behind a mail's link stands, and changes nothing: mail scanners open this link too. */
export async function examineDisowning(
  parts: RecoveryParts,
  organizationId: string,
  token: string,
  visitor: Visitor,
): Promise<Disowning> {
  const state = await withOrganization(parts.database, organizationId, async (tx) =>
    stateOf(await attemptOfLink(tx, token, readAttempt)),
  )
  return (await tooManyWrongTokens(parts, state, visitor)) ?? state
}

/**
 * Cancels the request that a mail was about, and nothing else: whoever holds the mail says that it was not theirs. It ends
 * at whatever step it stands, also in the hands of another browser: that may be a thief in the mailbox.
 */
export async function disownAttempt(
  parts: RecoveryParts,
  organizationId: string,
  token: string,
  visitor: Visitor,
): Promise<Disowning> {
  const state = await withOrganization(parts.database, organizationId, async (tx): Promise<Disowning> => {
    const found = await attemptOfLink(tx, token, holdAttempt)
    const before = stateOf(found)
    if (!found || before.outcome !== 'open') return before
    const { attempt } = found
    await move(tx, attempt, { name: 'ended', reason: 'cancelled' })
    await recordDeed(parts, tx, 'recovery.disowned', attempt, visitor, { step: attempt.step })
    return { outcome: 'dead', reason: 'cancelled' }
  })
  return (await tooManyWrongTokens(parts, state, visitor)) ?? state
}

function stateOf(found: AttemptInHand | null): { outcome: 'open' } | { outcome: 'dead'; reason: DeadReason } {
  if (!found) return { outcome: 'dead', reason: 'not-known' }
  const { step, closedReason } = found.attempt
  if (step === 'done') return { outcome: 'dead', reason: 'used' }
  return closedReason ? { outcome: 'dead', reason: closedReason } : { outcome: 'open' }
}
