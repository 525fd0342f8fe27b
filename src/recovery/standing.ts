import { accountById } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { after, MINUTE } from '../platform/clock.ts'
import { isToken } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Visitor } from '../platform/visitor.ts'
import { hasTriesLeft, WAITS_FOR_DELIVERY, whyOver, type ClosedReason } from './attempt.ts'
import { move, whyBarred } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { settingsFor } from './settings.ts'
import { attemptAnsweredBy, attemptAskedBy, lockAttempt, type StoredAttempt } from './store.ts'

/** Where the browser that holds a recovery cookie stands: which page is its page now. */
export type Standing =
  | { at: 'nowhere' }
  | { at: 'sent'; linkMinutes: number }
  | { at: 'password'; minutesLeft: number; username: string | null; isInvitation: boolean }
  | { at: 'done'; isInvitation: boolean }
  | { at: 'ended'; reason: ClosedReason }

/** Derives from the attempt's row where its browser stands. Reads only. */
export async function standingOf(
  parts: RecoveryParts,
  organizationId: string,
  recoveryToken: string | undefined,
): Promise<Standing> {
  if (!recoveryToken || !isToken(recoveryToken)) return { at: 'nowhere' }
  return withOrganization(parts.database, organizationId, async (tx): Promise<Standing> => {
    const answered = await attemptAnsweredBy(tx, recoveryToken)
    if (answered) return standingOfAnswerer(tx, answered)
    const asked = await attemptAskedBy(tx, recoveryToken)
    return asked ? standingOfAsker(tx, asked) : { at: 'nowhere' }
  })
}

/**
 * Who asked may be a stranger. What the worker found and what the person did with the mail must not show here: not that
 * a link was replaced, used or ran out, for all of that happens only to people who exist.
 */
async function standingOfAsker(tx: Transaction, attempt: StoredAttempt): Promise<Standing> {
  if (tx.now >= after(attempt.begunAt, WAITS_FOR_DELIVERY)) return { at: 'ended', reason: 'expired' }
  const { recovery } = await settingsFor(tx, attempt)
  return { at: 'sent', linkMinutes: recovery.linkLifetimeMinutes }
}

/** Who answered has presented the right secret and is told the truth. */
async function standingOfAnswerer(tx: Transaction, attempt: StoredAttempt): Promise<Standing> {
  const over = whyOver(attempt, tx.now)
  const isInvitation = attempt.origin === 'operator'
  if (over) return over === 'used' ? { at: 'done', isInvitation } : { at: 'ended', reason: over }
  const { recovery } = await settingsFor(tx, attempt)
  const account = attempt.person && (await accountById(tx, attempt.person.accountId))
  const barred = whyBarred(attempt, account, recovery)
  if (barred) return { at: 'ended', reason: barred }
  if (!hasTriesLeft(attempt)) return { at: 'ended', reason: 'too-many-tries' }
  const left = (attempt.finishBy ?? attempt.expiresAt).getTime() - tx.now.getTime()
  return {
    at: 'password',
    minutesLeft: Math.ceil(left / MINUTE),
    username: account?.username ?? account?.email ?? null,
    isInvitation,
  }
}

/**
 * Ends a browser's recovery because the person there says so: its links are dead, the password stays. Who only asked
 * cannot stop somebody who has answered since.
 */
export async function cancelRecovery(
  parts: RecoveryParts,
  organizationId: string,
  recoveryToken: string,
  visitor: Visitor,
): Promise<void> {
  await withOrganization(parts.database, organizationId, async (tx) => {
    const seen = (await attemptAnsweredBy(tx, recoveryToken)) ?? (await attemptAskedBy(tx, recoveryToken))
    // The account is not touched: that would be one query more for people who exist.
    const attempt = seen && (await lockAttempt(tx, seen.id))
    if (!attempt) return
    const holds = attempt.browserHash?.equals(hashToken(recoveryToken)) ?? false
    if (!holds && attempt.step !== 'proving') return
    if (!(await move(tx, attempt, { name: 'ended', reason: 'cancelled' }))) return
    await record(tx, parts.random, {
      kind: 'recovery.cancelled',
      outcome: 'success',
      origin: visitorOrigin(visitor),
      subjectId: attempt.person?.accountId ?? null,
      detail: { attempt: attempt.id },
    })
  })
}
