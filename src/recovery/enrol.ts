import { newRecoveryCodes, readRecoveryCode } from '../credentials/recovery-codes.ts'
import { matchingStep, readTotpCode } from '../credentials/totp.ts'
import { withOrganization } from '../database/transaction.ts'
import { holdAnswered, type Answerer } from './answered.ts'
import { move } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { pendingOf, sealPending } from './pending.ts'
import { recordDeed, recordRefusal } from './record.ts'

/** What became of a code that confirms a new authenticator, or of a recovery code typed back. */
export type Enrolled = { outcome: 'proved' | 'malformed' | 'wrong' | 'out-of-step' }

/** Makes the key of an attempt that came to stand at enrolling while nothing was sent in: a setting changed meanwhile. */
export async function beginEnrolment(
  parts: RecoveryParts,
  organizationId: string,
  answerer: Answerer,
): Promise<void> {
  await withOrganization(parts.database, organizationId, (tx) => holdAnswered(parts, tx, answerer))
}

/**
 * Confirms the authenticator that a person is setting up by a code of it, and makes its recovery codes. Nothing of it is
 * the account's before the new password is (ASVS 6.4.3): this only moves the attempt on.
 */
export async function confirmEnrolment(
  parts: RecoveryParts,
  organizationId: string,
  answerer: Answerer,
  typed: string,
): Promise<Enrolled> {
  const code = readTotpCode(typed)
  if (code === null) return { outcome: 'malformed' }
  return withOrganization(parts.database, organizationId, async (tx): Promise<Enrolled> => {
    const held = await holdAnswered(parts, tx, answerer)
    const pending = held?.attempt.step === 'enrolling' ? pendingOf(parts, held.attempt) : null
    if (!held || !pending) return { outcome: 'out-of-step' }
    const { attempt, demands } = held
    const lastStep = matchingStep(pending.secret, code, tx.now, 0)
    if (lastStep === null) {
      await recordRefusal(parts, tx, attempt, answerer.visitor, 'wrong-code')
      return { outcome: 'wrong' }
    }
    const confirmed = { ...pending, lastStep, codes: newRecoveryCodes(parts.random) }
    const pendingSealed = sealPending(parts, attempt.id, confirmed)
    const ready = await move(tx, attempt, { name: 'set-up', pendingSealed })
    await move(tx, ready, { name: 'proved', proof: 'enrolment', demands })
    await recordDeed(parts, tx, 'recovery.authenticator-confirmed', attempt, answerer.visitor)
    return { outcome: 'proved' }
  })
}

/** Takes one of the new recovery codes, typed back: who can do that has kept them somewhere. */
export async function keepCodes(
  parts: RecoveryParts,
  organizationId: string,
  answerer: Answerer,
  typed: string,
): Promise<Enrolled> {
  const code = readRecoveryCode(typed)
  if (code === null) return { outcome: 'malformed' }
  return withOrganization(parts.database, organizationId, async (tx): Promise<Enrolled> => {
    const held = await holdAnswered(parts, tx, answerer)
    const pending = held?.attempt.step === 'keeping-codes' ? pendingOf(parts, held.attempt) : null
    if (!held || !pending) return { outcome: 'out-of-step' }
    const isOneOfThem = pending.codes.some((kept) => readRecoveryCode(kept) === code)
    if (!isOneOfThem) return { outcome: 'wrong' }
    await move(tx, held.attempt, { name: 'proved', proof: 'kept-codes', demands: held.demands })
    return { outcome: 'proved' }
  })
}
