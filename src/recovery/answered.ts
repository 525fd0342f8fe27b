import type { Account } from '../accounts/account.ts'
import type { Transaction } from '../database/transaction.ts'
import { newToken } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Visitor } from '../platform/visitor.ts'
import { whyOver, type Attempt } from './attempt.ts'
import { whyBarred } from './barred.ts'
import { demandsOn } from './demands.ts'
import { holdAttempt, move } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { setUpIfEnrolling } from './pending.ts'
import { nextStep, type Demands } from './policy.ts'
import { recordRefusal } from './record.ts'
import { settingsFor } from './settings.ts'
import { attemptAnsweredBy } from './store.ts'
import type { MethodId } from './strategy.ts'

/** The browser that answered, by its cookie. */
export interface Answerer {
  recoveryToken: string
  visitor: Visitor
}

/** An attempt in the hands of the browser that answered it, and what is asked of it now. */
export interface AnsweredAttempt {
  attempt: Attempt
  account: Account
  demands: Demands
}

/**
 * Hands an attempt to the browser that presented its secret: another that had it is out, and what that one proved is
 * forgotten. Returns the token for its cookie, new in any case: one that was planted before opens nothing (ASVS 7.2.4).
 */
export async function answer(
  parts: RecoveryParts,
  tx: Transaction,
  { attempt, account }: { attempt: Attempt; account: Account },
  proof: MethodId,
): Promise<string> {
  const browserToken = newToken(parts.random)
  const demands = await demandsOn(tx, attempt, account.id)
  const moved = await move(tx, attempt, {
    name: 'answered',
    proof,
    browserHash: hashToken(browserToken),
    demands,
  })
  await setUpIfEnrolling(parts, tx, moved)
  return browserToken
}

/**
 * The browser's attempt and its account, held, standing where it must by today's settings; null when it is over, or this
 * browser has it no more. What changed meanwhile is saved here, so that every step sees it before it does anything.
 */
export async function holdAnswered(
  parts: RecoveryParts,
  tx: Transaction,
  { recoveryToken, visitor }: Answerer,
): Promise<AnsweredAttempt | null> {
  const seen = await attemptAnsweredBy(tx, recoveryToken)
  const held = seen && (await holdAttempt(tx, seen.id))
  // Looked at again under the lock: another browser may have taken it over in between.
  if (!held?.account || !held.attempt.browserHash?.equals(hashToken(recoveryToken))) return null
  const { account, attempt } = held
  if (whyOver(attempt, tx.now)) return null
  const reason = await whyBarred(parts, tx, attempt, account, await settingsFor(tx, attempt))
  if (reason) {
    await move(tx, attempt, { name: 'ended', reason })
    await recordRefusal(parts, tx, attempt, visitor, reason)
    return null
  }
  const demands = await demandsOn(tx, attempt, account.id)
  const standsWhereItMust = nextStep(attempt, demands) === attempt.step
  const moved = standsWhereItMust ? attempt : await move(tx, attempt, { name: 'reassessed', demands })
  return { attempt: await setUpIfEnrolling(parts, tx, moved), account, demands }
}
