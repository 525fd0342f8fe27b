import type { Account } from '../accounts/account.ts'
import { spendSms } from '../accounts/sms-allowance.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Settings } from '../organizations/settings.ts'
import { after, DAY } from '../platform/clock.ts'
import { isKnownDevice } from '../sessions/devices-store.ts'
import { MOST_TRIES } from './attempt.ts'
import { isOutdated } from './barred.ts'
import { move } from './in-hand.ts'
import { ORIGINS } from './origin.ts'
import type { RecoveryParts } from './parts.ts'
import { attemptsSince, hasSecret, lockOpenAttempts, type StoredAttempt } from './store.ts'
import type { Strategy } from './strategy.ts'

/** More working links than this are never in one mailbox, unless its owner asks from a browser that is known. */
const MOST_LIVE = 3

/** Codes that may be typed for one account in a day, over all requests: a new code does not begin a new count. */
const MOST_TRIES_A_DAY = 15

/** Why somebody who can be reached gets nothing after all. */
export type Refusal = 'replaced' | 'three-are-live' | 'limit' | 'tries-of-the-day'

/**
 * Lets an attempt have its message: spends the limits and puts it in the place of the requests that the same browser made
 * before, or returns why it gets none. A stranger's request never replaces another, or anyone could keep a person out by
 * asking in a loop (CWE-645), and none replaces what was answered already: that is the person, in the middle of it.
 * Limits are spent the first time only: a retry after a delivery fault is no new request.
 */
export async function takeTurn(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: StoredAttempt,
  account: Account,
  { strategy, to, settings }: { strategy: Strategy; to: string; settings: Settings },
): Promise<Refusal | null> {
  const others = (await lockOpenAttempts(tx, account.id)).filter(
    (other) => other.id !== attempt.id && !isOutdated(other, account),
  )
  const siblings = others.filter(({ lineage, step }) => lineage === attempt.lineage && step === 'proving')
  const linksElsewhere = others.filter((other) => !siblings.includes(other) && isByLink(parts, other.method))
  if (siblings.some(({ begunAt }) => begunAt > attempt.begunAt)) return 'replaced'
  if (!(await hasSecret(tx, attempt.id))) {
    const refusal =
      strategy.answeredBy === 'link'
        ? await spendOnLink(parts, tx, attempt, account, linksElsewhere.length)
        : await spendOnCode(parts, tx, attempt, account, { to, settings })
    if (refusal) return refusal
  }
  for (const sibling of siblings) await move(tx, sibling, { name: 'ended', reason: 'replaced' })
  return null
}

/** Codes that are out lie in no mailbox: they must not keep the person's link back (CWE-645). */
function isByLink({ strategies }: RecoveryParts, method: string | null): boolean {
  return strategies.some(({ id, answeredBy }) => id === method && answeredBy === 'link')
}

/** Spends what a mail costs: from the known device's own allowance, so that strangers cannot empty it, or the account's. */
async function spendOnLink(
  parts: RecoveryParts,
  tx: Transaction,
  { origin, asked: { deviceHash } }: StoredAttempt,
  account: Account,
  liveElsewhere: number,
): Promise<Refusal | null> {
  if (!ORIGINS[origin].isLimited) return null
  const known = deviceHash !== null && (await isKnownDevice(tx, account.id, deviceHash))
  if (!known && liveElsewhere >= MOST_LIVE) return 'three-are-live'
  return (await spendMail(parts, tx, account, known ? deviceHash : null)) ? null : 'limit'
}

/** Spends one mail to an account, from the known device's own allowance where there is one. Says whether it may go. */
export async function spendMail(
  parts: RecoveryParts,
  tx: Transaction,
  account: Account,
  knownDevice: Buffer | null,
): Promise<boolean> {
  const key = [tx.organizationId, account.id, ...(knownDevice ? [knownDevice.toString('base64url')] : [])]
  const [hour, day] = knownDevice
    ? (['recovery-mail-per-device-hour', 'recovery-mail-per-device-day'] as const)
    : (['recovery-mail-per-account-hour', 'recovery-mail-per-account-day'] as const)
  for (const limit of [hour, day]) {
    if (!(await parts.limits.spendIn(tx, limit, ...key)).allowed) return false
  }
  return true
}

/**
 * Spends what a code costs. Of a code that is still out, all tries are taken to be used, so that parallel requests cannot
 * add up to more than an account may have, nor can the ways to get a code (NIST SP 800-63B §3.1.3.2).
 */
async function spendOnCode(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: StoredAttempt,
  account: Account,
  { to, settings }: { to: string; settings: Settings },
): Promise<Refusal | null> {
  const codes = parts.strategies.filter(({ answeredBy }) => answeredBy === 'code').map(({ id }) => id)
  const today = await attemptsSince(tx, account.id, codes, after(tx.now, -DAY))
  const used = today
    .filter(({ id }) => id !== attempt.id)
    .reduce((sum, { tries, step, expiresAt }) => {
      const isOut = step === 'proving' && expiresAt > tx.now
      return sum + (isOut ? MOST_TRIES : tries)
    }, 0)
  if (used + MOST_TRIES > MOST_TRIES_A_DAY) return 'tries-of-the-day'
  return (await spendSms(parts, tx, to, settings)) === 'allowed' ? null : 'limit'
}
