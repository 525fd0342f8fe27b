import { countFactorTry, isFactor, spendFactor } from '../credentials/authenticator-store.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { holdAnswered, type Answerer } from './answered.ts'
import { move } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { setUpIfEnrolling } from './pending.ts'
import { recordDeed, recordRefusal } from './record.ts'

/** What became of the code of an authenticator, or a recovery code, in a recovery. */
export type Verified =
  | { outcome: 'proved'; codesLeft: number | null }
  | { outcome: 'malformed' }
  | { outcome: 'wrong' }
  | { outcome: 'too-many'; retryAfterSeconds: number }
  | { outcome: 'out-of-step' }

/**
 * Proves the authenticator that a person has, by its code or by a recovery code. The try is counted on the authenticator
 * and committed first; the pause is recovery's own, so that who only knows the password cannot keep the person out of it.
 * `codesLeft` is told after a recovery code.
 */
export async function verifyAuthenticator(
  parts: RecoveryParts,
  organizationId: string,
  answerer: Answerer,
  typed: string,
): Promise<Verified> {
  if (!isFactor(typed)) return { outcome: 'malformed' }
  const refused = await withOrganization(parts.database, organizationId, (tx) =>
    countTry(parts, tx, answerer),
  )
  return (
    refused ?? withOrganization(parts.database, organizationId, (tx) => judge(parts, tx, answerer, typed))
  )
}

async function countTry(parts: RecoveryParts, tx: Transaction, answerer: Answerer): Promise<Verified | null> {
  const held = await holdAnswered(parts, tx, answerer)
  if (held?.attempt.step !== 'verifying') return { outcome: 'out-of-step' }
  const counted = await countFactorTry(tx, held.account.id, 'recovery')
  return counted.allowed ? null : { outcome: 'too-many', retryAfterSeconds: counted.retryAfterSeconds }
}

async function judge(
  parts: RecoveryParts,
  tx: Transaction,
  answerer: Answerer,
  typed: string,
): Promise<Verified> {
  const held = await holdAnswered(parts, tx, answerer)
  if (held?.attempt.step !== 'verifying') return { outcome: 'out-of-step' }
  const { attempt, account, demands } = held
  const spent = await spendFactor(tx, parts.secrets, account.id, typed)
  if (!spent) {
    await recordRefusal(parts, tx, attempt, answerer.visitor, 'wrong-code')
    return { outcome: 'wrong' }
  }
  const moved = await move(tx, attempt, { name: 'proved', proof: spent.proof, demands })
  await setUpIfEnrolling(parts, tx, moved)
  const { visitor } = answerer
  await recordDeed(parts, tx, 'recovery.authenticator-proven', attempt, visitor, { proof: spent.proof })
  return { outcome: 'proved', codesLeft: spent.proof === 'recovery-code' ? spent.codesLeft : null }
}
