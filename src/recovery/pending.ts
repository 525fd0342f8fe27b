import { newTotpSecret } from '../credentials/totp.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Attempt } from './attempt.ts'
import { demandsOn } from './demands.ts'
import { move } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { sealedPending } from './sealed-store.ts'
import { lockLatePending } from './store.ts'

/** An authenticator that is being set up. It is nobody's until the new password is saved. */
export interface Pending {
  secret: string
  /** The step of the code that confirmed it, which can never be used again; null before. */
  lastStep: number | null
  /** The recovery codes that come with it; empty before it is confirmed. */
  codes: string[]
}

/** Reads an attempt's pending authenticator; null when it has none. */
export function pendingOf(parts: RecoveryParts, { id, pendingSealed }: Attempt): Pending | null {
  return pendingSealed === null
    ? null
    : (JSON.parse(parts.secrets.open(pendingSealed, sealedPending.context(id))) as Pending)
}

/** Seals a pending authenticator for one attempt. */
export function sealPending(parts: RecoveryParts, attemptId: string, pending: Pending): string {
  return parts.secrets.seal(JSON.stringify(pending), sealedPending.context(attemptId))
}

/** Gives an attempt that has come to stand at enrolling a new key to set up; others pass. Returns it as it is now. */
export async function setUpIfEnrolling(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: Attempt,
): Promise<Attempt> {
  if (attempt.step !== 'enrolling' || attempt.pendingSealed !== null) return attempt
  const pending = { secret: newTotpSecret(parts.random), lastStep: null, codes: [] }
  const pendingSealed = sealPending(parts, attempt.id, pending)
  return move(tx, attempt, { name: 'set-up', pendingSealed })
}

/** Forgets the authenticators that were not finished in time, one batch of them (ASVS 14.2.7). */
export async function forgetPending(tx: Transaction): Promise<number> {
  const late = await lockLatePending(tx)
  for (const attempt of late) {
    if (!attempt.person) throw new Error(`an authenticator of nobody, in attempt ${attempt.id}`)
    const demands = await demandsOn(tx, attempt, attempt.person.accountId)
    await move(tx, attempt, { name: 'lapsed', demands })
  }
  return late.length
}
