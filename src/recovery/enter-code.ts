import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { after, MINUTE } from '../platform/clock.ts'
import { newToken } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Visitor } from '../platform/visitor.ts'
import { MOST_TRIES, type ClosedReason } from './attempt.ts'
import { demandsOn } from './demands.ts'
import { holdAttempt, move, whyBarred } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { settingsFor } from './settings.ts'
import { setUpIfEnrolling } from './pending.ts'
import { codeHashes } from './secret.ts'
import { attemptAskedBy, issuedSecret, lockAttempt, type StoredAttempt } from './store.ts'
import { strategyOf } from './strategies/index.ts'

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

/** Counts the try on the request's own row, whether or not anybody was found for it. */
async function countTry(
  parts: RecoveryParts,
  tx: Transaction,
  recoveryToken: string,
  code: string,
): Promise<{ attempt: StoredAttempt; triesLeft: number } | CodeEntered> {
  const seen = await attemptAskedBy(tx, recoveryToken)
  const attempt = seen && (await lockAttempt(tx, seen.id))
  if (!attempt?.method || strategyOf(parts, attempt.method).answeredBy === 'link')
    return { outcome: 'out-of-step' }
  const settings = await settingsFor(tx, attempt)
  if (!strategyOf(parts, attempt.method).isWellFormed(code, settings)) return { outcome: 'malformed' }
  const counted = await move(tx, attempt, { name: 'tried' })
  return counted ? { attempt, triesLeft: MOST_TRIES - counted.tries } : { outcome: 'wrong', triesLeft: 0 }
}

/** Finds the code before anything else: for a wrong one the same queries run whether or not anybody was found. */
async function judge(
  parts: RecoveryParts,
  tx: Transaction,
  { attempt: { id, method }, triesLeft }: { attempt: StoredAttempt; triesLeft: number },
  hashes: Buffer[],
  visitor: Visitor,
): Promise<CodeEntered> {
  const wrong = { outcome: 'wrong', triesLeft } as const
  const secret = await issuedSecret(tx, ...hashes)
  if (secret?.attemptId !== id) return wrong
  const held = await holdAttempt(tx, id)
  if (!held?.account || held.attempt.step !== 'proving' || method === null) return wrong
  const { attempt, account } = held
  const settings = await settingsFor(tx, attempt)
  const barred = whyBarred(attempt, account, settings.recovery)
  const lifetime = strategyOf(parts, method).lifetimeMinutes(settings) * MINUTE
  const isLate = tx.now >= secret.expiresAt || tx.now >= after(secret.issuedAt, lifetime)
  if (barred || isLate) {
    await recordAnswer(parts, tx, attempt, visitor, barred ?? 'expired')
    return { outcome: 'dead', reason: barred ?? 'expired' }
  }
  const browserToken = newToken(parts.random)
  const moved = await move(tx, attempt, {
    name: 'answered',
    proof: method,
    browserHash: hashToken(browserToken),
    demands: await demandsOn(tx, attempt, account.id),
  })
  if (!moved) return wrong
  await setUpIfEnrolling(parts, tx, moved)
  await recordAnswer(parts, tx, attempt, visitor)
  return { outcome: 'proved', browserToken }
}

async function recordAnswer(
  parts: RecoveryParts,
  tx: Transaction,
  { id, person }: StoredAttempt,
  visitor: Visitor,
  reason?: ClosedReason,
): Promise<void> {
  await record(tx, parts.random, {
    kind: reason ? 'recovery.refused' : 'recovery.code-entered',
    outcome: reason ? 'refused' : 'success',
    origin: visitorOrigin(visitor),
    subjectId: person?.accountId ?? null,
    detail: { attempt: id, ...(reason ? { reason } : {}) },
  })
}
