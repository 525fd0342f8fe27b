import { termsToAccept } from '../access/terms.ts'
import { verifiedEmail } from '../accounts/account.ts'
import { accountById } from '../accounts/store.ts'
import { authenticatorOf } from '../credentials/authenticator-store.ts'
import type { PendingAuthenticator } from '../credentials/pending-authenticator.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { WORTH_SENDING_MS } from '../delivery/message.ts'
import { after, MINUTE, SECOND } from '../platform/clock.ts'
import { isToken } from '../platform/random.ts'
import { hasSubmitsLeft, MOST_TRIES, whyOver, type ClosedReason } from './attempt.ts'
import { whyBarred } from './barred.ts'
import { mayAskAgainAt } from './choose.ts'
import { demandsOn } from './demands.ts'
import { ORIGINS } from './origin.ts'
import type { RecoveryParts } from './parts.ts'
import { pendingOf } from './pending.ts'
import { nextStep } from './policy.ts'
import { settingsFor } from './settings.ts'
import { attemptAnsweredBy, attemptAskedBy, type StoredAttempt } from './store.ts'
import { strategyOf } from './strategies/index.ts'
import type { MethodId } from './strategy.ts'

/** Where the browser that holds a recovery cookie stands: which page is its page now. */
export type Standing =
  | { at: 'nowhere' }
  | { at: 'choosing' }
  | { at: 'sent'; way: MethodId; linkMinutes: number }
  | { at: 'code'; way: MethodId; triesLeft: number; minutes: number; mayAskAgainInSeconds: number }
  | { at: 'verifying'; minutesLeft: number; codesLeft: number }
  | { at: 'enrolling'; pending: PendingAuthenticator | null; account: string }
  | { at: 'keeping-codes'; codes: string[]; account: string }
  | {
      at: 'password'
      minutesLeft: number
      username: string | null
      isInvitation: boolean
      termsUrl: string | null
    }
  | { at: 'done'; isInvitation: boolean; hasEmail: boolean }
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
    if (answered) return standingOfAnswerer(parts, tx, answered)
    const asked = await attemptAskedBy(tx, recoveryToken)
    return asked ? standingOfAsker(parts, tx, asked) : { at: 'nowhere' }
  })
}

/**
 * Who asked may be a stranger. What the worker found and what the person did with the mail must not show here: not that
 * a link was replaced, used or ran out, for all of that happens only to people who exist.
 */
async function standingOfAsker(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: StoredAttempt,
): Promise<Standing> {
  if (attempt.method === null) return attempt.step === 'choosing' ? { at: 'choosing' } : { at: 'nowhere' }
  const settings = await settingsFor(tx, attempt)
  const strategy = strategyOf(parts, attempt.method)
  const minutes = strategy.lifetimeMinutes(settings)
  const lapsesAt = after(attempt.begunAt, WORTH_SENDING_MS[strategy.message])
  if (strategy.answeredBy === 'link') {
    if (tx.now >= lapsesAt) return { at: 'ended', reason: 'expired' }
    return { at: 'sent', way: strategy.id, linkMinutes: minutes }
  }
  if (tx.now >= after(lapsesAt, minutes * MINUTE)) return { at: 'ended', reason: 'expired' }
  const wait = mayAskAgainAt(attempt).getTime() - tx.now.getTime()
  return {
    at: 'code',
    way: strategy.id,
    triesLeft: MOST_TRIES - attempt.tries,
    minutes,
    mayAskAgainInSeconds: Math.max(0, Math.ceil(wait / SECOND)),
  }
}

/** Who answered has presented the right secret and is told the truth. */
async function standingOfAnswerer(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: StoredAttempt,
): Promise<Standing> {
  const over = whyOver(attempt, tx.now)
  const { isInvitation } = ORIGINS[attempt.origin]
  const account = attempt.person && (await accountById(tx, attempt.person.accountId))
  if (over === 'used')
    return { at: 'done', isInvitation, hasEmail: account !== null && verifiedEmail(account) !== null }
  if (over) return { at: 'ended', reason: over }
  const barred = await whyBarred(parts, tx, attempt, account, await settingsFor(tx, attempt))
  if (barred || !account) return { at: 'ended', reason: barred ?? 'account-changed' }
  const left = (attempt.finishBy ?? attempt.expiresAt).getTime() - tx.now.getTime()
  const minutesLeft = Math.ceil(left / MINUTE)
  const name = account.username ?? account.email
  const step = nextStep(attempt, await demandsOn(tx, attempt, account.id))
  switch (step) {
    case 'choosing':
    case 'proving':
      return { at: 'nowhere' }
    case 'verifying':
      return {
        at: 'verifying',
        minutesLeft,
        codesLeft: (await authenticatorOf(tx, account.id))?.codesLeft ?? 0,
      }
    case 'enrolling':
      return { at: 'enrolling', pending: pendingOf(parts, attempt), account: name ?? account.fullName }
    case 'keeping-codes':
      return {
        at: 'keeping-codes',
        codes: pendingOf(parts, attempt)?.codes ?? [],
        account: name ?? account.fullName,
      }
    case 'password':
      if (!hasSubmitsLeft(attempt)) return { at: 'ended', reason: 'too-many-tries' }
      return {
        at: 'password',
        minutesLeft,
        username: name,
        isInvitation,
        termsUrl: (await termsToAccept(tx, account))?.url ?? null,
      }
  }
}
