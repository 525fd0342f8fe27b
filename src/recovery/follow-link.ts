import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { currentSettings } from '../organizations/store.ts'
import { after, MINUTE } from '../platform/clock.ts'
import { isToken, newToken } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Visitor } from '../platform/visitor.ts'
import { hasTriesLeft, MOST_EXCHANGES, type Attempt, type ClosedReason, type Step } from './attempt.ts'
import { identifierOf, startAttempt, type Asking, type Begun } from './begin.ts'
import { holdAttempt, isOutdated, move, readAttempt, type AttemptInHand } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { settingsFor } from './settings.ts'
import { issuedSecret, type IssuedSecret } from './store.ts'

/** Why a link no longer works, told only to who holds it. */
export type DeadReason = ClosedReason | 'used' | 'not-known'

/** A link as it stands: alive, or dead for a reason, and then whether a fresh one can be sent in its place. */
export type LinkState = { alive: true } | { alive: false; reason: DeadReason; canRefresh: boolean }

export type Followed =
  | { outcome: 'followed'; browserToken: string; step: Step }
  | { outcome: 'dead'; reason: DeadReason; canRefresh: boolean }
  | { outcome: 'too-many'; retryAfterSeconds: number }

interface FoundLink extends AttemptInHand {
  secret: IssuedSecret
}

/** Tells how a link stands and changes nothing, because mail scanners open links (TK-06). */
export async function examineLink(
  parts: RecoveryParts,
  organizationId: string,
  token: string,
  visitor: Visitor,
): Promise<LinkState | { tooMany: true; retryAfterSeconds: number }> {
  const state = await withOrganization(parts.database, organizationId, async (tx): Promise<LinkState> => {
    const found = await find(tx, token, readAttempt)
    if (!found) return UNKNOWN
    const dead = await whyDead(tx, found)
    return dead
      ? { alive: false, reason: dead, canRefresh: canRefresh(dead, found.attempt) }
      : { alive: true }
  })
  if (state.alive || state.reason !== 'not-known') return state
  const spent = await spendWrongToken(parts, visitor)
  return spent.allowed ? state : { tooMany: true, retryAfterSeconds: spent.retryAfterSeconds }
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
  const followed = await withOrganization(parts.database, organizationId, (tx) =>
    exchange(parts, tx, token, visitor),
  )
  if (followed.outcome !== 'dead' || followed.reason !== 'not-known') return followed
  const spent = await spendWrongToken(parts, visitor)
  return spent.allowed ? followed : { outcome: 'too-many', retryAfterSeconds: spent.retryAfterSeconds }
}

/**
 * Sends a fresh link to whoever holds an expired genuine one: the account is known from it, and this one mail is outside
 * the account's limits. Null when the link cannot be refreshed.
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
    const found = await find(tx, token, holdAttempt)
    if (!found?.account || (await whyDead(tx, found)) !== 'expired') return null
    const { attempt, account: owner } = found
    const typed = identifierOf(parts, attempt)
    const settings = await currentSettings(tx)
    if (attempt.refreshed) return startAttempt(parts, tx, settings, typed, asking)
    await move(tx, attempt, { name: 'refreshed' })
    return startAttempt(parts, tx, settings, typed, asking, { origin: 'expired-link', owner })
  })
}

const UNKNOWN: LinkState = { alive: false, reason: 'not-known', canRefresh: false }

async function exchange(
  parts: RecoveryParts,
  tx: Transaction,
  token: string,
  visitor: Visitor,
): Promise<Exclude<Followed, { outcome: 'too-many' }>> {
  const found = await find(tx, token, holdAttempt)
  if (!found) return { outcome: 'dead', reason: 'not-known', canRefresh: false }
  const { attempt } = found
  const refused = (reason: DeadReason) => recordFollowing(parts, tx, attempt, visitor, reason)

  const dead = await whyDead(tx, found)
  if (dead) {
    // An expired link alone does not end its attempt: another mail of it, sent on a retry, may still be good.
    if (dead !== 'expired' && dead !== 'used') await move(tx, attempt, { name: 'ended', reason: dead })
    await refused(dead)
    return { outcome: 'dead', reason: dead, canRefresh: canRefresh(dead, attempt) }
  }
  const browserToken = newToken(parts.random)
  const moved = await move(tx, attempt, {
    name: 'answered',
    proof: attempt.method,
    browserHash: hashToken(browserToken),
  })
  if (!moved) throw new Error(`a living link at step "${attempt.step}"`)
  await recordFollowing(parts, tx, attempt, visitor)
  return { outcome: 'followed', browserToken, step: moved.step }
}

async function find(tx: Transaction, token: string, read: typeof readAttempt): Promise<FoundLink | null> {
  if (!isToken(token)) return null
  const secret = await issuedSecret(tx, token)
  const found = secret && (await read(tx, secret.attemptId))
  return found && { ...found, secret }
}

async function whyDead(
  tx: Transaction,
  { secret, attempt, account }: FoundLink,
): Promise<ClosedReason | 'used' | null> {
  if (attempt.step === 'done') return 'used'
  if (attempt.closedReason) return attempt.closedReason
  if (isOutdated(attempt, account)) return 'account-changed'
  const { recovery } = await settingsFor(tx, attempt)
  if (!recovery.methods.includes(attempt.method)) return 'no-longer-offered'
  const lifetimeNow = after(secret.issuedAt, recovery.linkLifetimeMinutes * MINUTE)
  const invited = attempt.origin === 'operator'
  if (tx.now >= secret.expiresAt || (!invited && tx.now >= lifetimeNow)) return 'expired'
  return attempt.exchanges >= MOST_EXCHANGES || !hasTriesLeft(attempt) ? 'too-many-tries' : null
}

/** Only a link that was genuine, and whose person is known by it, can be answered with a fresh one. */
function canRefresh(reason: DeadReason, attempt: Attempt): boolean {
  return reason === 'expired' && attempt.owner !== null
}

async function recordFollowing(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: Attempt,
  visitor: Visitor,
  reason?: DeadReason,
): Promise<void> {
  await record(tx, parts.random, {
    kind: reason ? 'recovery.refused' : 'recovery.link-followed',
    outcome: reason ? 'refused' : 'success',
    origin: visitorOrigin(visitor),
    subjectId: attempt.owner?.accountId ?? null,
    detail: { attempt: attempt.id, ...(reason ? { reason } : {}) },
  })
}

async function spendWrongToken(parts: RecoveryParts, visitor: Visitor) {
  return parts.limits.spend('wrong-tokens-per-address', visitor.network)
}
