import { judgementFor, judgeNewPassword, replacePassword } from '../access/new-password.ts'
import type { Account } from '../accounts/account.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import type { PasswordProblem } from '../credentials/password-policy.ts'
import { withKnownOutcome } from '../database/known-outcome.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { newId } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Visitor } from '../platform/visitor.ts'
import { rememberDevice } from '../sessions/known-devices.ts'
import { endSession } from '../sessions/store.ts'
import { whyOver, type Attempt, type ClosedReason } from './attempt.ts'
import { holdAttempt, move, whyBarred, type AttemptInHand } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { settingsFor } from './settings.ts'
import { attemptAnsweredBy, lockAttempt } from './store.ts'

/** A new password sent in by the browser that holds an attempt. */
export interface Submission {
  recoveryToken: string
  /** The session open in this browser, maybe another person's: it ends too. */
  sessionToken: string | undefined
  password: string
  visitor: Visitor
  locale: string
  deviceToken: string | undefined
}

/** What became of it. `out-of-step`: the browser's attempt stands elsewhere; look there. */
export type Completion =
  | { outcome: 'completed'; deviceToken: string }
  | { outcome: 'refused'; problems: PasswordProblem[] }
  | { outcome: 'out-of-step' }

/**
 * Sets the new password and ends the recovery: one transaction in which the attempt is spent, the password replaced,
 * every session and every other recovery of the account ended, and the notice queued. The password is judged and hashed
 * before, so that a refused one spends nothing but a try. Throws `Unavailable` when nothing was changed.
 */
export async function completeRecovery(
  parts: RecoveryParts,
  organizationId: string,
  submission: Submission,
): Promise<Completion> {
  const counted = await withOrganization(parts.database, organizationId, (tx) =>
    countSubmit(parts, tx, submission),
  )
  if (!counted) return { outcome: 'out-of-step' }
  const problems = await judgeNewPassword(parts.hasher, counted.judgement, submission.password)
  if (problems.length > 0) return { outcome: 'refused', problems }

  const hash = await parts.hasher.hash(submission.password)
  const submissionId = newId(parts.random, counted.at)
  return withKnownOutcome(
    parts.database,
    organizationId,
    (tx) => spend(parts, tx, counted.attemptId, submissionId, hash, submission),
    async (tx) => (await lockAttempt(tx, counted.attemptId))?.completedBy === submissionId,
  )
}

/** Counts the try and commits that before anything is judged, so that parallel tries cannot outrun the count. */
async function countSubmit(parts: RecoveryParts, tx: Transaction, submission: Submission) {
  const held = await hold(parts, tx, submission)
  if (!held) return null
  const { attempt, account } = held
  if (!(await move(tx, attempt, { name: 'submitted' }))) {
    await recordRefusal(parts, tx, attempt, submission.visitor, 'too-many-tries')
    return null
  }
  return { attemptId: attempt.id, at: tx.now, judgement: await judgementFor(tx, account) }
}

async function spend(
  parts: RecoveryParts,
  tx: Transaction,
  attemptId: string,
  submissionId: string,
  hash: string,
  submission: Submission,
): Promise<Completion> {
  const held = await hold(parts, tx, submission)
  if (held?.attempt.id !== attemptId) return { outcome: 'out-of-step' }
  const { attempt, account } = held
  if (!(await move(tx, attempt, { name: 'completed', submission: submissionId })))
    return { outcome: 'out-of-step' }

  const sessionsEnded = await replacePassword(parts, tx, account, hash, submission)
  if (submission.sessionToken) await endSession(tx, submission.sessionToken)
  const deviceToken = await rememberDevice(tx, parts.random, account.id, submission.deviceToken)
  await record(tx, parts.random, {
    kind: 'recovery.completed',
    outcome: 'success',
    origin: visitorOrigin(submission.visitor, account.id),
    subjectId: account.id,
    detail: { attempt: attempt.id, method: attempt.method, sessionsEnded },
  })
  return { outcome: 'completed', deviceToken }
}

/** The browser's attempt and its account, held, if the attempt stands at the new password and still may. */
async function hold(
  parts: RecoveryParts,
  tx: Transaction,
  { recoveryToken, visitor }: Submission,
): Promise<(AttemptInHand & { account: Account }) | null> {
  const seen = await attemptAnsweredBy(tx, recoveryToken)
  const held = seen && (await holdAttempt(tx, seen.id))
  // Looked at again under the lock: another browser may have taken it over in between.
  if (!held?.account || !held.attempt.browserHash?.equals(hashToken(recoveryToken))) return null
  if (held.attempt.step !== 'password' || whyOver(held.attempt, tx.now)) return null
  const { attempt, account } = held
  const reason = whyBarred(attempt, account, (await settingsFor(tx, attempt)).recovery)
  if (!reason) return { attempt, account }
  await move(tx, attempt, { name: 'ended', reason })
  await recordRefusal(parts, tx, attempt, visitor, reason)
  return null
}

async function recordRefusal(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: Attempt,
  visitor: Visitor,
  reason: ClosedReason,
): Promise<void> {
  await record(tx, parts.random, {
    kind: 'recovery.refused',
    outcome: 'refused',
    origin: visitorOrigin(visitor),
    subjectId: attempt.person?.accountId ?? null,
    detail: { attempt: attempt.id, reason },
  })
}
