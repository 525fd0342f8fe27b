import { countSend, lockSignUp, signUpAskedBy } from '../accounts/signup-store.ts'
import { withOrganization } from '../database/transaction.ts'
import { enqueue } from '../delivery/outbox.ts'
import { secondsUntilAgain } from '../limits/send-waits.ts'
import { HOUR } from '../platform/clock.ts'
import { isToken } from '../platform/random.ts'
import type { SignUpParts } from './parts.ts'

/** Until the message may be asked for again. */
const LONGEST_WAIT = HOUR

/**
 * Whether this browser has a sign-up, of which address as it was typed there, and in how many seconds it may ask for its
 * message again. Told by what this browser did alone: not that the mailbox was proven, nor that there was an account
 * before. Null: it has none.
 */
export async function signUpOfBrowser(
  parts: SignUpParts,
  organizationId: string,
  askerToken: string | undefined,
): Promise<{ email: string; waitSeconds: number } | null> {
  if (!askerToken || !isToken(askerToken)) return null
  return withOrganization(parts.database, organizationId, async (tx) => {
    const signUp = await signUpAskedBy(tx, askerToken)
    return signUp && { email: signUp.email, waitSeconds: secondsUntilAgain(signUp, LONGEST_WAIT, tx.now) }
  })
}

/** Asks for the message of this browser's sign-up once more; the worker finds out what, if anything, still goes out. */
export async function sendAgain(
  parts: SignUpParts,
  organizationId: string,
  askerToken: string | undefined,
): Promise<{ outcome: 'asked' } | { outcome: 'too-early'; retryAfterSeconds: number } | null> {
  if (!askerToken || !isToken(askerToken)) return null
  return withOrganization(parts.database, organizationId, async (tx) => {
    const seen = await signUpAskedBy(tx, askerToken)
    const signUp = seen && (await lockSignUp(tx, seen.id))
    if (!signUp) return null
    const retryAfterSeconds = secondsUntilAgain(signUp, LONGEST_WAIT, tx.now)
    if (retryAfterSeconds > 0) return { outcome: 'too-early', retryAfterSeconds }
    await countSend(tx, signUp.id)
    const { id: signUpId, locale } = signUp
    await enqueue(tx, parts.random, { name: 'verify-email', to: null, locale, data: { signUpId } })
    return { outcome: 'asked' }
  })
}
