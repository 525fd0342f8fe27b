import { smsWasAnswered } from '../accounts/sms-allowance.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { Visitor } from '../platform/visitor.ts'
import { answer } from './answered.ts'
import { MOST_TRIES, type ClosedReason } from './attempt.ts'
import { whyBarred } from './barred.ts'
import { holdAttempt, tryMove } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { settingsFor } from './settings.ts'
import { recordDeed, recordRefusal } from './record.ts'
import { codeHashes, isLate, lifetimeOf } from './secret.ts'
import { attemptAskedBy, issuedSecret, lockAttempt, type StoredAttempt } from './store.ts'
import { strategyOf } from './strategies/index.ts'
import type { Strategy } from './strategy.ts'

/** What became of a code that was typed. `wrong` is one answer for everything but the right code. */
export type CodeEntered =
  | { outcome: 'proved'; browserToken: string }
  | { outcome: 'malformed' }
  | { outcome: 'wrong'; triesLeft: number }
  | { outcome: 'dead'; reason: ClosedReason }
  | { outcome: 'too-many'; retryAfterSeconds: number }
  | { outcome: 'out-of-step' }

/**
 * Judges the code that was typed on the page which asked for it. The try is counted and committed first, for the request
 * and for the address, so that of many sent at once no more are judged than may be (CWE-362). The browser gets a new token when the code is
 * right: a cookie that was planted before opens nothing (ASVS 7.2.4).
 */
export async function enterCode(
  parts: RecoveryParts,
  organizationId: string,
  recoveryToken: string,
  code: string,
  visitor: Visitor,
): Promise<CodeEntered> {
  const counted = await withOrganization(parts.database, organizationId, (tx) =>
    countTry(parts, tx, recoveryToken, code),
  )
  if ('outcome' in counted) return counted
  const spent = await parts.limits.spend('wrong-tokens-per-address', visitor.network)
  if (!spent.allowed) return { outcome: 'too-many', retryAfterSeconds: spent.retryAfterSeconds }
  const hashes = codeHashes(parts, counted.attempt, code)
  const entered = await withOrganization(parts.database, organizationId, (tx) =>
    judge(parts, tx, counted, hashes, visitor),
  )
  // The code is spent by now: that an address's try could not be given back must not cost the person its cookie.
  if (entered.outcome !== 'wrong')
    await parts.limits.giveBack('wrong-tokens-per-address', visitor.network).catch(() => undefined)
  return entered
}

interface CountedTry {
  attempt: StoredAttempt
  strategy: Strategy
  triesLeft: number
}

/** Counts the try on the request's own row, whether or not anybody was found for it. */
async function countTry(
  parts: RecoveryParts,
  tx: Transaction,
  recoveryToken: string,
  code: string,
): Promise<CountedTry | CodeEntered> {
  const seen = await attemptAskedBy(tx, recoveryToken)
  const attempt = seen && (await lockAttempt(tx, seen.id))
  const strategy = attempt?.method ? strategyOf(parts, attempt.method) : null
  if (!attempt || strategy?.answeredBy !== 'code') return { outcome: 'out-of-step' }
  if (!strategy.isWellFormed(code)) return { outcome: 'malformed' }
  const counted = await tryMove(tx, attempt, { name: 'tried' })
  if (!counted) return { outcome: 'wrong', triesLeft: 0 }
  return { attempt, strategy, triesLeft: MOST_TRIES - counted.tries }
}

/** Finds the code before anything else: for a wrong one the same queries run whether or not anybody was found. */
async function judge(
  parts: RecoveryParts,
  tx: Transaction,
  { attempt: { id }, strategy, triesLeft }: CountedTry,
  hashes: Buffer[],
  visitor: Visitor,
): Promise<CodeEntered> {
  const wrong = { outcome: 'wrong', triesLeft } as const
  const secret = await issuedSecret(tx, ...hashes)
  if (secret?.attemptId !== id) return wrong
  const held = await holdAttempt(tx, id)
  if (!held?.account || held.attempt.step !== 'proving') return wrong
  const { attempt, account } = held
  const settings = await settingsFor(tx, attempt)
  const barred = await whyBarred(parts, tx, attempt, account, settings)
  const dead = barred ?? (isLate(secret, lifetimeOf(parts, attempt, settings), tx.now) ? 'expired' : null)
  if (dead) {
    await recordRefusal(parts, tx, attempt, visitor, dead)
    return { outcome: 'dead', reason: dead }
  }
  const browserToken = await answer(parts, tx, { attempt, account }, strategy.id)
  const phone = strategy.reachable(account, settings, tx.now)
  if (phone !== null) await smsWasAnswered(tx, phone)
  await recordDeed(parts, tx, 'recovery.code-entered', attempt, visitor)
  return { outcome: 'proved', browserToken }
}
