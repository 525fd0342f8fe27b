import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import type { Account } from '../accounts/account.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { isId } from '../platform/random.ts'
import type { Visitor } from '../platform/visitor.ts'
import { whyOver, type DeadReason } from './attempt.ts'
import { tooManyWrongTokens } from '../limits/wrong-tokens.ts'
import { attemptOfLink, holdAttempt, move, readAttempt, type AttemptInHand } from './in-hand.ts'
import { ORIGINS } from './origin.ts'
import type { RecoveryParts } from './parts.ts'
import { recordDeed } from './record.ts'
import { lockAttempt, openAttempts, type StoredAttempt } from './store.ts'

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
    await cancel(parts, tx, found.attempt, visitor, null)
    return { outcome: 'dead', reason: 'cancelled' }
  })
  return (await tooManyWrongTokens(parts, state, visitor)) ?? state
}

/** The recoveries that somebody may be about to finish with an account as it is now; not those that its organization let in. Newest first. */
export async function recoveriesUnderWay(tx: Transaction, account: Account): Promise<StoredAttempt[]> {
  const open = await openAttempts(tx, account.id)
  return open.filter((attempt) => isUnderWay(attempt, account, tx.now)).toReversed()
}

function isUnderWay(attempt: StoredAttempt, { id, securityEpoch }: Account, now: Date): boolean {
  const { person, origin } = attempt
  const isTheirs = person?.accountId === id && person.securityEpoch === securityEpoch
  return isTheirs && ORIGINS[origin].isSelfService && whyOver(attempt, now) === null
}

/** Like `disownAttempt`, for who is signed in to the account that it is about. */
export async function disownFromAccount(
  parts: RecoveryParts,
  organizationId: string,
  attemptId: string,
  who: SignedIn,
): Promise<'cancelled' | 'over' | 'session-over'> {
  return withOrganization(parts.database, organizationId, async (tx) => {
    const held = await lockSignedIn(tx, who)
    if (!held) return 'session-over'
    const attempt = isId(attemptId) ? await lockAttempt(tx, attemptId) : null
    if (!attempt || !isUnderWay(attempt, held.account, tx.now)) return 'over'
    await cancel(parts, tx, attempt, who.visitor, who.accountId)
    return 'cancelled'
  })
}

async function cancel(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: StoredAttempt,
  visitor: Visitor,
  actorId: string | null,
): Promise<void> {
  await move(tx, attempt, { name: 'ended', reason: 'cancelled' })
  await recordDeed(parts, tx, 'recovery.disowned', attempt, visitor, { step: attempt.step }, actorId)
}

function stateOf(found: AttemptInHand | null): { outcome: 'open' } | { outcome: 'dead'; reason: DeadReason } {
  if (!found) return { outcome: 'dead', reason: 'not-known' }
  const { step, closedReason } = found.attempt
  if (step === 'done') return { outcome: 'dead', reason: 'used' }
  return closedReason ? { outcome: 'dead', reason: closedReason } : { outcome: 'open' }
}
