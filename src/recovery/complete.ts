import { namesOf, type Account } from '../accounts/account.ts'
import { tellOfChangedPassword } from '../accounts/password-notice.ts'
import { raiseSecurityEpoch } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { judgePassword, type PasswordProblem } from '../credentials/password-policy.ts'
import { passwordOf, savePassword } from '../credentials/store.ts'
import { withKnownOutcome } from '../database/known-outcome.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { organizationOf } from '../organizations/store.ts'
import { newId } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Visitor } from '../platform/visitor.ts'
import { rememberDevice } from '../sessions/known-devices.ts'
import { endSession, endSessions } from '../sessions/store.ts'
import { whyOver, type Attempt } from './attempt.ts'
import { holdAttempt, isOutdated, move, type AttemptInHand } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { settingsFor } from './settings.ts'
import { attemptAnsweredBy, lockAttempt, lockOpenAttempts } from './store.ts'

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
  const problems = judgePassword(counted.rules, submission.password, { words: counted.words })
  if (counted.rules.notLast && problems.length === 0) {
    if (await parts.hasher.verify(counted.lastHash, submission.password)) problems.push('last')
  }
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
  const held = await hold(tx, submission.recoveryToken)
  if (!held) return null
  const { attempt, account } = held
  if (!(await move(tx, attempt, { name: 'submitted' }))) {
    await recordRefusal(parts, tx, attempt, submission.visitor)
    return null
  }
  const { passwords } = await settingsFor(tx, attempt)
  const organization = await organizationOf(tx)
  return {
    attemptId: attempt.id,
    at: tx.now,
    rules: passwords,
    words: [...namesOf(account), organization.name, organization.slug],
    lastHash: (await passwordOf(tx, account.id))?.hash ?? null,
  }
}

async function spend(
  parts: RecoveryParts,
  tx: Transaction,
  attemptId: string,
  submissionId: string,
  hash: string,
  submission: Submission,
): Promise<Completion> {
  const held = await hold(tx, submission.recoveryToken)
  if (held?.attempt.id !== attemptId) return { outcome: 'out-of-step' }
  const { attempt, account } = held
  if (!(await move(tx, attempt, { name: 'completed', submission: submissionId })))
    return { outcome: 'out-of-step' }

  await savePassword(tx, account.id, hash)
  await raiseSecurityEpoch(tx, account.id)
  const sessionsEnded = await endSessions(tx, account.id)
  if (submission.sessionToken) await endSession(tx, submission.sessionToken)
  for (const other of await lockOpenAttempts(tx, account.id)) {
    await move(tx, other, { name: 'ended', reason: 'account-changed' })
  }
  // What strangers spent against the person ends with the old password.
  await parts.limits.forgetIn(tx, 'sign-in-failures-per-account', tx.organizationId, account.id)
  const deviceToken = await rememberDevice(tx, parts.random, account.id, submission.deviceToken)
  await record(tx, parts.random, {
    kind: 'recovery.completed',
    outcome: 'success',
    origin: visitorOrigin(submission.visitor, account.id),
    subjectId: account.id,
    detail: { attempt: attempt.id, method: attempt.method, sessionsEnded },
  })
  await tellOfChangedPassword(tx, parts.random, account, submission)
  return { outcome: 'completed', deviceToken }
}

/** The browser's attempt and its account, held, if the attempt stands at the new password and still may. */
async function hold(
  tx: Transaction,
  recoveryToken: string,
): Promise<(AttemptInHand & { account: Account }) | null> {
  const seen = await attemptAnsweredBy(tx, recoveryToken)
  const held = seen && (await holdAttempt(tx, seen.id))
  // Looked at again under the lock: another browser may have taken it over in between.
  if (!held?.account || !held.attempt.browserHash?.equals(hashToken(recoveryToken))) return null
  if (held.attempt.step !== 'password' || whyOver(held.attempt, tx.now)) return null
  const reason = isOutdated(held.attempt, held.account)
    ? 'account-changed'
    : (await settingsFor(tx, held.attempt)).recovery.methods.includes(held.attempt.method)
      ? null
      : 'no-longer-offered'
  if (!reason) return { attempt: held.attempt, account: held.account }
  await move(tx, held.attempt, { name: 'ended', reason })
  return null
}

async function recordRefusal(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: Attempt,
  visitor: Visitor,
): Promise<void> {
  await record(tx, parts.random, {
    kind: 'recovery.refused',
    outcome: 'refused',
    origin: visitorOrigin(visitor),
    subjectId: attempt.owner?.accountId ?? null,
    detail: { attempt: attempt.id, reason: 'too-many-tries' },
  })
}
