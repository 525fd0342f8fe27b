import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization } from '../database/transaction.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Visitor } from '../platform/visitor.ts'
import { transition } from './attempt.ts'
import type { RecoveryParts } from './parts.ts'
import { detailOf } from './record.ts'
import { attemptAnsweredBy, attemptAskedBy, lockAttempt, saveAttempt } from './store.ts'

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
    const mayEnd = holds || attempt.step === 'proving' || attempt.step === 'choosing'
    const ended = mayEnd ? transition(attempt, { name: 'ended', reason: 'cancelled' }, tx.now) : null
    // Written either way: a request that a person answered, or the worker replaced, must cost a stranger no less time.
    await saveAttempt(tx, ended ?? attempt)
    await record(tx, parts.random, {
      kind: 'recovery.cancelled',
      outcome: ended ? 'success' : 'refused',
      origin: visitorOrigin(visitor),
      subjectId: attempt.person?.accountId ?? null,
      detail: detailOf(attempt),
    })
  })
}
