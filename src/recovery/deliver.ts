import type { Account } from '../accounts/account.ts'
import { readIdentifier } from '../accounts/identifiers.ts'
import { accountNamed, lockAccount } from '../accounts/store.ts'
import { record } from '../audit/audit.ts'
import type { Transaction } from '../database/transaction.ts'
import type { LetterData, QueuedMessage } from '../delivery/message.ts'
import { letterhead } from '../organizations/branding.ts'
import type { RecoverySettings } from '../organizations/settings.ts'
import { currentSettings, organizationOf } from '../organizations/store.ts'
import { after, HOUR, MINUTE } from '../platform/clock.ts'
import { isKnownDevice } from '../sessions/known-devices.ts'
import { CLOSED_REASONS, type Attempt, type ClosedReason } from './attempt.ts'
import { addNewAttempt, identifierOf, nobodyAsking } from './begin.ts'
import { holdAttempt, isOutdated, move, type AttemptInHand } from './in-hand.ts'
import { ORIGINS } from './origin.ts'
import type { RecoveryParts } from './parts.ts'
import { settingsFor } from './settings.ts'
import { addSecret, attemptById, lockAttempt, lockOpenAttempts, type StoredAttempt } from './store.ts'
import { strategyOf } from './strategies/index.ts'

/** More working links than this are never in one mailbox, unless its owner asks from a browser that is known. */
const MOST_LIVE = 3

/** Why nothing goes out. Only the audit log tells: no page may, or people who are not there could be told apart. */
type WithheldReason = ClosedReason | 'answered' | 'nobody' | 'three-are-live' | 'limit' | 'suspended'

/** What the templates of the link's messages print; one letter serves the request and the operator's invitation. */
type LinkLetter = LetterData['recover-link'] & LetterData['welcome']

/**
 * Makes the message of an attempt at the moment it leaves: finds out whom the identifier names, applies the settings,
 * the limits by account and the rule of three, and mints the secret, which is stored only as a hash. Called again for a
 * retry, it mints another; both work.
 */
export async function prepareLink(
  parts: RecoveryParts,
  tx: Transaction,
  message: QueuedMessage<'recover-link' | 'welcome'>,
): Promise<{ send: { to: string; locale: string; data: LinkLetter } } | { drop: string }> {
  const held = await holdWithPerson(parts, tx, message.data.attemptId)
  if (!held) return { drop: 'expired' }
  const { attempt, account } = held
  const organization = await organizationOf(tx)
  const settings = await settingsFor(tx, attempt)
  if (organization.state === 'suspended') return withhold(parts, tx, held, 'suspended')
  const barred = whyNobodyIsReached(held, settings.recovery, tx.now)
  const to = account && strategyOf(attempt.method).reachable(account)
  if (barred || !account || !to) return withhold(parts, tx, held, barred ?? 'nobody')
  const refused = await takeTurn(parts, tx, attempt, account)
  if (refused) return withhold(parts, tx, held, refused)

  const lifetime = ORIGINS[attempt.origin].linkLifetime ?? settings.recovery.linkLifetimeMinutes * MINUTE
  const secret = await mint(parts, tx, attempt, account, lifetime)
  return {
    send: {
      to,
      locale: account.locale ?? message.locale,
      data: {
        ...letterhead(organization, settings),
        person: { fullName: account.fullName },
        link: addressOf(parts, organization, secret),
        minutes: lifetime / MINUTE,
        hours: lifetime / HOUR,
        requestedFrom: { place: attempt.request.address, device: attempt.request.device || null },
      },
    },
  }
}

/**
 * A link for the letter that tells a person that sign-in is paused: strangers who paused it can use up the allowance for
 * ordinary requests as well, so this one is outside of it. The letter has one attempt, however often it is tried; each try
 * mints another link of it. Null when the account cannot be reached by a link.
 */
export async function linkOutOfPause(
  parts: RecoveryParts,
  tx: Transaction,
  message: QueuedMessage<'sign-in-paused'>,
): Promise<string | null> {
  const account = await lockAccount(tx, message.data.accountId)
  const organization = await organizationOf(tx)
  if (account?.state !== 'active' || organization.state === 'suspended') return null
  const attempt =
    (await lockAttempt(tx, message.id)) ?? (await addPausedAttempt(parts, tx, message.id, account))
  if (!attempt || isOutdated(attempt, account) || !strategyOf(attempt.method).reachable(account)) return null
  if (attempt.step !== 'proving') return null
  const { recovery } = await settingsFor(tx, attempt)
  const secret = await mint(parts, tx, attempt, account, recovery.linkLifetimeMinutes * MINUTE)
  return addressOf(parts, organization, secret)
}

async function addPausedAttempt(
  parts: RecoveryParts,
  tx: Transaction,
  id: string,
  account: Account,
): Promise<Attempt | null> {
  if (!account.email) return null
  const settings = await currentSettings(tx)
  const asking = nobodyAsking(settings.settings.branding.locale)
  const granted = { origin: 'paused-sign-in', person: account, id } as const
  return (await addNewAttempt(parts, tx, settings, account.email, asking, granted))?.attempt ?? null
}

function addressOf(parts: RecoveryParts, { slug }: { slug: string }, secret: string): string {
  return `${parts.publicUrl}/${slug}/recover/link?token=${secret}`
}

async function mint(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: Attempt,
  account: Account,
  lifetime: number,
): Promise<string> {
  const secret = strategyOf(attempt.method).newSecret(parts.random)
  const secretExpiresAt = after(tx.now, lifetime)
  await addSecret(tx, secret, { attemptId: attempt.id, issuedAt: tx.now, expiresAt: secretExpiresAt })
  const person = { accountId: account.id, securityEpoch: account.securityEpoch }
  await move(tx, attempt, { name: 'minted', person, secretExpiresAt })
  await record(tx, parts.random, {
    kind: 'recovery.link-minted',
    outcome: 'success',
    origin: { actor: 'system' },
    subjectId: account.id,
    detail: { attempt: attempt.id, method: attempt.method },
  })
  return secret
}

/** Why an attempt's message would reach nobody, as far as it and its account tell; null when it has a reader. */
function whyNobodyIsReached(
  { attempt, account }: AttemptInHand,
  recovery: RecoverySettings,
  now: Date,
): WithheldReason | null {
  if (attempt.step !== 'proving') return attempt.closedReason ?? 'answered'
  if (now >= attempt.expiresAt && !attempt.person) return 'expired'
  if (account?.state !== 'active') return 'nobody'
  if (!recovery.methods.includes(attempt.method)) return 'no-longer-offered'
  return attempt.person && isOutdated(attempt, account) ? 'account-changed' : null
}

/** The attempt and its account, held: by its identifier the first time, later by what was found then. */
async function holdWithPerson(
  parts: RecoveryParts,
  tx: Transaction,
  attemptId: string,
): Promise<AttemptInHand | null> {
  const seen = await attemptById(tx, attemptId)
  if (!seen || seen.person) return holdAttempt(tx, attemptId)
  const identifier = readIdentifier(identifierOf(parts, seen))
  const named = identifier && (await accountNamed(tx, identifier))
  const account = named && (await lockAccount(tx, named.id))
  const attempt = await lockAttempt(tx, attemptId)
  return attempt && { attempt, account }
}

/**
 * Lets an attempt have its message: spends the limits and puts it in the place of the requests that the same browser made
 * before, or returns why it gets none. A stranger's request never replaces another, or anyone could keep a person out by
 * asking in a loop (CWE-645), and none replaces what was answered already: that is the person, in the middle of it.
 * Limits are spent the first time only: a retry after a delivery fault is no new request.
 */
async function takeTurn(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: StoredAttempt,
  account: Account,
): Promise<'replaced' | 'three-are-live' | 'limit' | null> {
  const others = (await lockOpenAttempts(tx, account.id)).filter(
    (other) => other.id !== attempt.id && !isOutdated(other, account),
  )
  const siblings = others.filter(({ lineage, step }) => lineage === attempt.lineage && step === 'proving')
  if (siblings.some(({ begunAt }) => begunAt > attempt.begunAt)) return 'replaced'
  const isRetry = attempt.person !== null
  const refusal = isRetry
    ? null
    : await spendAllowance(parts, tx, attempt, account, others.length - siblings.length)
  if (refusal) return refusal
  for (const sibling of siblings) await move(tx, sibling, { name: 'ended', reason: 'replaced' })
  return null
}

/** Spends what a mail costs: from the known device's own allowance, so that strangers cannot empty it, or the account's. */
async function spendAllowance(
  parts: RecoveryParts,
  tx: Transaction,
  { request: { deviceHash } }: StoredAttempt,
  account: Account,
  liveElsewhere: number,
): Promise<'three-are-live' | 'limit' | null> {
  const known = deviceHash !== null && (await isKnownDevice(tx, account.id, deviceHash))
  if (!known && liveElsewhere >= MOST_LIVE) return 'three-are-live'
  const key = [tx.organizationId, account.id, ...(known ? [deviceHash.toString('base64url')] : [])]
  const [hour, day] = known
    ? (['recovery-mail-per-device-hour', 'recovery-mail-per-device-day'] as const)
    : (['recovery-mail-per-account-hour', 'recovery-mail-per-account-day'] as const)
  for (const limit of [hour, day]) {
    const spent = await parts.limits.spendIn(tx, limit, ...key)
    if (!spent.allowed) return 'limit'
  }
  return null
}

/** Records that nothing goes out, and ends the attempt where the reason is that it is over. */
async function withhold(
  parts: RecoveryParts,
  tx: Transaction,
  { attempt, account }: AttemptInHand,
  reason: WithheldReason,
): Promise<{ drop: string }> {
  const closing = CLOSED_REASONS.find((one) => one === reason)
  if (closing) await move(tx, attempt, { name: 'ended', reason: closing })
  await record(tx, parts.random, {
    kind: 'recovery.message-withheld',
    outcome: 'refused',
    origin: { actor: 'system' },
    subjectId: account?.id ?? null,
    detail: { attempt: attempt.id, reason },
  })
  return { drop: reason }
}
