import { settleChanges, UNDONE_WITHIN } from '../access/change-store.ts'
import { judgementFor, judgeNewPassword, replacePassword } from '../access/new-password.ts'
import { acceptTerms, termsToAccept } from '../access/terms.ts'
import { canonicalEmail } from '../accounts/identifiers.ts'
import { overtakeSignUps } from '../accounts/signup-store.ts'
import { openAfterDoubt, unsettlePhone } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { bindPending } from '../credentials/pending-authenticator.ts'
import type { PasswordProblem } from '../credentials/password-policy.ts'
import { withKnownOutcome } from '../database/known-outcome.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { after } from '../platform/clock.ts'
import { newId } from '../platform/random.ts'
import { rememberDevice } from '../sessions/devices-store.ts'
import { endSession, openSession } from '../sessions/store.ts'
import { holdAnswered, type Answerer } from './answered.ts'
import type { Attempt } from './attempt.ts'
import { tryMove } from './in-hand.ts'
import { ORIGINS } from './origin.ts'
import type { RecoveryParts } from './parts.ts'
import { pendingOf } from './pending.ts'
import { detailOf, recordRefusal } from './record.ts'
import { SPOKEN_CODE } from './requests/spoken-code.ts'
import { settingsFor } from './settings.ts'
import { lockAttempt } from './store.ts'

/** A new password sent in by the browser that holds an attempt. */
export interface Submission extends Answerer {
  /** The session open in this browser, maybe another person's: it ends too. */
  sessionToken: string | undefined
  password: string
  hasAcceptedTerms: boolean
  locale: string
  deviceToken: string | undefined
}

/** What became of it. `out-of-step`: the browser's attempt stands elsewhere; look there. */
export type Completion =
  | { outcome: 'completed'; deviceToken: string; sessionToken: string | null }
  | { outcome: 'refused'; problems: PasswordProblem[]; isTermsMissing: boolean }
  | { outcome: 'out-of-step' }

/**
 * Sets the new password and ends the recovery: one transaction in which the attempt is spent, the password replaced, the
 * authenticator that was set up bound, every session and every other recovery of the account ended, the notice queued. The password is judged and hashed
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
  const isTermsMissing = counted.asksTerms && !submission.hasAcceptedTerms
  if (problems.length > 0 || isTermsMissing) return { outcome: 'refused', problems, isTermsMissing }

  const hash = await parts.hasher.hash(submission.password)
  const submissionId = newId(parts.random, counted.at)
  return withKnownOutcome(
    parts.database,
    organizationId,
    (tx) => spend(parts, tx, { attemptId: counted.attemptId, submissionId, hash }, submission),
    async (tx) => (await lockAttempt(tx, counted.attemptId))?.completedBy === submissionId,
  )
}

/** Counts the try and commits that before anything is judged, so that parallel tries cannot outrun the count. */
async function countSubmit(parts: RecoveryParts, tx: Transaction, submission: Submission) {
  const held = await holdAnswered(parts, tx, submission)
  if (held?.attempt.step !== 'password') return null
  const { attempt, account } = held
  if (!(await tryMove(tx, attempt, { name: 'submitted' }))) {
    await recordRefusal(parts, tx, attempt, submission.visitor, 'too-many-tries')
    return null
  }
  return {
    attemptId: attempt.id,
    at: tx.now,
    judgement: await judgementFor(tx, account),
    asksTerms: (await termsToAccept(tx, account)) !== null,
  }
}

/** What was judged and hashed before anything is spent. */
interface Accepted {
  attemptId: string
  submissionId: string
  hash: string
}

async function spend(
  parts: RecoveryParts,
  tx: Transaction,
  { attemptId, submissionId, hash }: Accepted,
  submission: Submission,
): Promise<Completion> {
  const held = await holdAnswered(parts, tx, submission)
  if (held?.attempt.id !== attemptId) return { outcome: 'out-of-step' }
  const { attempt, account } = held
  const pending = attempt.proven.includes('enrolment') ? pendingOf(parts, attempt) : null
  if (!(await tryMove(tx, attempt, { name: 'completed', submission: submissionId })))
    return { outcome: 'out-of-step' }

  const authenticator = pending && (await bindPending(tx, parts.secrets, account.id, pending))
  const terms = submission.hasAcceptedTerms ? await acceptTerms(tx, account) : null
  if (ORIGINS[attempt.origin].enrolsAnew) await unsettlePhone(tx, account.id)
  // Only people could have let anybody as far as here: what happened before is settled, and older letters undo it no more.
  if (account.protectedAt) await settleChanges(tx, account.id)
  // A code is read out where the mailbox is in doubt: what could be undone when that began may be a thief's.
  const since = after(account.protectedAt ?? tx.now, -UNDONE_WITHIN)
  const opened = attempt.method === SPOKEN_CODE ? await openAfterDoubt(tx, account, since) : account
  // What still waits for this address may be a stranger's, and its person has the account.
  if (account.email) await overtakeSignUps(tx, canonicalEmail(account.email))
  const { visitor, locale } = submission
  const id = newId(parts.random, tx.now)
  const sessionsEnded = await replacePassword(parts, tx, opened, { id, hash, authenticator, visitor, locale })
  if (submission.sessionToken) await endSession(tx, submission.sessionToken)
  const deviceToken = await rememberDevice(tx, parts.random, account.id, submission.deviceToken)
  const goesHome = await mayGoHome(tx, attempt)
  const place = { address: visitor.place, device: visitor.device }
  await record(tx, parts.random, {
    kind: 'recovery.completed',
    outcome: 'success',
    origin: visitorOrigin(visitor, account.id),
    subjectId: account.id,
    detail: {
      ...detailOf(attempt),
      proven: attempt.proven.join(' '),
      sessionsEnded,
      ...(terms === null ? {} : { terms }),
      ...(account.protectedAt ? { protectionEnded: true } : {}),
    },
  })
  return {
    outcome: 'completed',
    deviceToken,
    sessionToken: goesHome ? await openSession(tx, parts.random, account.id, place) : null,
  }
}

/** Straight home only for who held the authenticator itself: a recovery code may have been found in a drawer. */
async function mayGoHome(tx: Transaction, attempt: Attempt): Promise<boolean> {
  const { afterReset } = (await settingsFor(tx, attempt)).recovery
  const held = attempt.proven.includes('authenticator') || attempt.proven.includes('enrolment')
  return afterReset === 'home' && held
}
