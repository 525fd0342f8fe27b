import { isDuplicate } from '../database/faults.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { currentSettings } from '../organizations/store.ts'
import type { Visitor } from '../platform/visitor.ts'
import { answer } from './answered.ts'
import {
  hasSubmitsLeft,
  MOST_EXCHANGES,
  type Attempt,
  type ClosedReason,
  type DeadReason,
} from './attempt.ts'
import { attemptOfLink, holdAttempt, move, readAttempt, tryMove, type AttemptInHand } from './in-hand.ts'
import { isOffered, whyBarred } from './barred.ts'
import { admitByLink, mailboxWaiting } from './from-sign-up.ts'
import { ORIGINS } from './origin.ts'
import type { RecoveryParts } from './parts.ts'
import { recordDeed, recordRefusal } from './record.ts'
import { isLate, lifetimeOf } from './secret.ts'
import { settingsFor } from './settings.ts'
import { identifierOf, startAttempt, type Asking, type Begun } from './start.ts'
import type { IssuedSecret } from './store.ts'
import { tooManyWrongTokens } from '../limits/wrong-tokens.ts'

/** A link as it stands: alive, or dead for a reason, and then whether a fresh one can be sent in its place. */
export type LinkState =
  | { outcome: 'alive'; isInvitation: boolean }
  | { outcome: 'dead'; reason: DeadReason; canRefresh: boolean }
  | { outcome: 'too-many'; retryAfterSeconds: number }

export type Followed =
  | { outcome: 'followed'; browserToken: string }
  | { outcome: 'dead'; reason: DeadReason; canRefresh: boolean }
  | { outcome: 'too-many'; retryAfterSeconds: number }

/** Tells how a link stands and changes nothing, because mail scanners open links (TK-06). */
export async function examineLink(
  parts: RecoveryParts,
  organizationId: string,
  token: string,
  visitor: Visitor,
): Promise<LinkState> {
  const state = await withOrganization(parts.database, organizationId, async (tx): Promise<LinkState> => {
    const found = await attemptOfLink(tx, token, readAttempt)
    if (!found) return UNKNOWN
    const dead = await whyDead(parts, tx, found)
    if (!dead) return { outcome: 'alive', isInvitation: ORIGINS[found.attempt.origin].isInvitation }
    return { outcome: 'dead', reason: dead, canRefresh: canRefresh(dead, found.attempt) }
  })
  return (await tooManyWrongTokens(parts, state, visitor)) ?? state
}

/**
 * Exchanges a link for this browser's recovery cookie. The attempt is this browser's from now on: another that had it
 * is out, and what it proved after the link is forgotten, so that a thief in the mailbox inherits nothing.
 */
export async function followLink(
  parts: RecoveryParts,
  organizationId: string,
  token: string,
  visitor: Visitor,
): Promise<Followed> {
  const once = () =>
    withOrganization(parts.database, organizationId, (tx) => exchange(parts, tx, token, visitor)).catch(
      (error: unknown) => {
        if (isDuplicate(error)) return null
        throw error
      },
    )
  // Of a mailbox without an account, somebody else made one in the same moment; the second time it is there.
  const followed = (await once()) ?? (await once()) ?? OVERTAKEN
  return (await tooManyWrongTokens(parts, followed, visitor)) ?? followed
}

/**
 * Sends a fresh link to whoever holds an expired genuine one: the account is known from it, or the mailbox of somebody who
 * signed up, and this one mail is outside of what they may get. Null when the link cannot be refreshed.
 */
export async function refreshLink(
  parts: RecoveryParts,
  organizationId: string,
  token: string,
  asking: Asking,
): Promise<Begun | null> {
  const spent = await parts.limits.spend('recovery-requests-per-address', asking.visitor.network)
  if (!spent.allowed) return { outcome: 'too-many', retryAfterSeconds: spent.retryAfterSeconds }
  return withOrganization(parts.database, organizationId, async (tx) => {
    const found = await attemptOfLink(tx, token, holdAttempt)
    const dead = found && (await whyDead(parts, tx, found))
    if (!found || !dead || !canRefresh(dead, found.attempt)) return null
    const { attempt, account: person } = found
    const settings = await currentSettings(tx)
    const start = { settings, identifier: identifierOf(parts, attempt), method: attempt.method, asking }
    if (attempt.refreshed) return startAttempt(parts, tx, start)
    await move(tx, attempt, { name: 'refreshed' })
    return startAttempt(parts, tx, { ...start, granted: { origin: 'expired-link', person } })
  })
}

const UNKNOWN = { outcome: 'dead', reason: 'not-known', canRefresh: false } as const
const OVERTAKEN = { outcome: 'dead', reason: 'account-changed', canRefresh: false } as const

/** Null: the account came to be while this waited for the attempt, and is not held; to be done again. */

async function exchange(
  parts: RecoveryParts,
  tx: Transaction,
  token: string,
  visitor: Visitor,
): Promise<Exclude<Followed, { outcome: 'too-many' }> | null> {
  const found = await attemptOfLink(tx, token, holdAttempt)
  if (!found) return UNKNOWN
  if (found.attempt.person && !found.account) return null
  const before = await whyDead(parts, tx, found)
  const admitted = before || found.account ? null : await admitByLink(parts, tx, found.attempt, visitor)
  const { attempt, account } = { ...found, ...admitted }
  // Whoever proved the same mailbox in the same moment has made the account.
  const dead = before ?? (account ? null : 'account-changed')
  if (dead) {
    // An expired link alone does not end its attempt: another mail of it, sent on a retry, may still be good.
    if (dead !== 'expired' && dead !== 'used') await tryMove(tx, attempt, { name: 'ended', reason: dead })
    await recordRefusal(parts, tx, attempt, visitor, dead)
    return { outcome: 'dead', reason: dead, canRefresh: canRefresh(dead, attempt) }
  }
  if (!account || !attempt.method) throw new Error('a living link of nobody')
  const browserToken = await answer(parts, tx, { attempt, account }, attempt.method)
  await recordDeed(parts, tx, 'recovery.link-followed', attempt, visitor)
  return { outcome: 'followed', browserToken }
}

async function whyDead(
  parts: RecoveryParts,
  tx: Transaction,
  { secret, attempt, account }: AttemptInHand & { secret: IssuedSecret },
): Promise<ClosedReason | 'used' | null> {
  if (attempt.step === 'done') return 'used'
  if (attempt.closedReason) return attempt.closedReason
  const settings = await settingsFor(tx, attempt)
  const waits = !account && (await mailboxWaiting(parts, tx, attempt, settings)) !== null
  const barred = waits
    ? !isOffered(attempt, settings) && 'no-longer-offered'
    : await whyBarred(parts, tx, attempt, account, settings)
  if (barred) return barred
  if (isLate(secret, lifetimeOf(parts, attempt, settings), tx.now)) return 'expired'
  return attempt.exchanges >= MOST_EXCHANGES || !hasSubmitsLeft(attempt) ? 'too-many-tries' : null
}

/**
 * Only a genuine link whose person, or sign-up, is still there runs out rather than being barred, and can be answered with
 * a fresh one; one that people approved, by those people alone.
 */
function canRefresh(reason: DeadReason, attempt: Attempt): boolean {
  return reason === 'expired' && !ORIGINS[attempt.origin].enrolsAnew
}
