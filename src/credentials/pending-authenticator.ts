import type { Transaction } from '../database/transaction.ts'
import type { Random } from '../platform/random.ts'
import type { Secrets } from '../platform/secrets.ts'
import { authenticatorOf, bindAuthenticator } from './authenticator-store.ts'
import { newRecoveryCodes, readRecoveryCode } from './recovery-codes.ts'
import { matchingStep, newTotpSecret, readTotpCode } from './totp.ts'

/** An authenticator that is being set up. It is nobody's until it is bound. */
export interface PendingAuthenticator {
  secret: string
  /** The step of the code that confirmed it, which can never be used again; null before. */
  lastStep: number | null
  /** The recovery codes that come with it; empty before it is confirmed. */
  codes: string[]
}

/** A new key to set up. */
export function newPending(random: Random): PendingAuthenticator {
  return { secret: newTotpSecret(random), lastStep: null, codes: [] }
}

/** Confirms a key by a code that the app shows of it, and makes its recovery codes; else what is wrong with the code. */
export function confirmPending(
  pending: PendingAuthenticator,
  typed: string,
  now: Date,
  random: Random,
): PendingAuthenticator | 'malformed' | 'wrong' {
  const code = readTotpCode(typed)
  if (code === null) return 'malformed'
  const lastStep = matchingStep(pending.secret, code, now, 0)
  return lastStep === null ? 'wrong' : { ...pending, lastStep, codes: newRecoveryCodes(random) }
}

/** Whether a text is one of the new recovery codes, typed back: who can do that has kept them somewhere. */
export function judgeKept(codes: readonly string[], typed: string): 'kept' | 'malformed' | 'wrong' {
  const code = readRecoveryCode(typed)
  if (code === null) return 'malformed'
  return codes.some((kept) => readRecoveryCode(kept) === code) ? 'kept' : 'wrong'
}

/** Gives an account the authenticator that was set up, and says whether it had one before. */
export async function bindPending(
  tx: Transaction,
  secrets: Secrets,
  accountId: string,
  { secret, lastStep, codes }: PendingAuthenticator,
): Promise<'added' | 'replaced'> {
  if (lastStep === null) throw new Error('an authenticator was never confirmed')
  const change = (await authenticatorOf(tx, accountId)) ? 'replaced' : 'added'
  await bindAuthenticator(tx, secrets, accountId, { secret, lastStep, codes })
  return change
}
