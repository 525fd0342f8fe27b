import type { Account } from '../accounts/account.ts'
import { readIdentifier } from '../accounts/identifiers.ts'
import { accountNamed, lockAccount } from '../accounts/store.ts'
import { record } from '../audit/audit.ts'
import type { Transaction } from '../database/transaction.ts'
import type { LetterData } from '../delivery/letter.ts'
import type { Prepared, QueuedMessage } from '../delivery/message.ts'
import { letterhead } from '../organizations/branding.ts'
import type { Organization } from '../organizations/organization.ts'
import type { Settings } from '../organizations/settings.ts'
import { organizationOf } from '../organizations/store.ts'
import { HOUR, MINUTE } from '../platform/clock.ts'
import { takeTurn, type Refusal } from './allowance.ts'
import { CLOSED_REASONS, type ClosedReason } from './attempt.ts'
import { isEnoughFor, isOffered, isOutdated, isOutOfReach } from './barred.ts'
import { mailboxWaiting, mayMailboxHaveMail } from './from-sign-up.ts'
import { holdAttempt, tryMove, type AttemptInHand } from './in-hand.ts'
import { sendLinkInstead, sendLinkToSignUp, tellTooNew } from './instead.ts'
import type { RecoveryParts } from './parts.ts'
import { linkWith, mint } from './mint.ts'
import { detailOf } from './record.ts'
import { lifetimeOf } from './secret.ts'
import { settingsFor } from './settings.ts'
import { identifierOf } from './start.ts'
import { attemptById, hasSecret, lockAttempt, type StoredAttempt } from './store.ts'
import { strategyOf } from './strategies/index.ts'
import type { Strategy } from './strategy.ts'

/** Why nothing goes out. Only the audit log tells: no page may, or people who are not there could be told apart. */
type WithheldReason =
  ClosedReason | Refusal | 'answered' | 'nobody' | 'unreachable' | 'not-for-role' | 'suspended' | 'protected'

/** Of these who asked for a code hears by mail; who asked for a link, only that their address is too new for one. */
const TOLD: readonly WithheldReason[] = ['unreachable', 'not-for-role', 'limit', 'tries-of-the-day']

/** What the templates of the link's messages print; one letter serves the request, the invitation and the reset. */
type LinkLetter = LetterData['recover-link'] & LetterData['welcome'] & LetterData['reset-started']

/** A secret as it leaves. */
interface Minted {
  to: string
  secret: string
  lifetime: number
  attempt: StoredAttempt
  /** Null for who signed up and has none yet. */
  account: Account | null
  organization: Organization
  settings: Settings
}

/**
 * Makes the mail of a link at the moment it leaves: finds out whom the identifier names, applies the settings, the limits
 * by account and the rule of three, and mints the secret, which is stored only as a hash. Called again for a retry, it
 * mints another; both work.
 */
export async function prepareLink(
  parts: RecoveryParts,
  tx: Transaction,
  message: QueuedMessage<'recover-link' | 'welcome' | 'reset-started'>,
): Promise<{ send: { to: string; locale: string; data: LinkLetter } } | { drop: string }> {
  const minted = await mintFor(parts, tx, message.data.attemptId)
  if ('drop' in minted) return minted
  const { to, account, attempt, lifetime, organization, settings } = minted
  const { address, device } = attempt.asked
  return {
    send: {
      to,
      locale: account?.locale ?? message.locale,
      data: {
        ...letterhead(organization, settings),
        person: { fullName: account?.fullName ?? null },
        isOwner: account?.role === 'owner',
        username: account?.username ?? null,
        link: linkWith(parts, organization, minted.secret),
        notMeUrl: linkWith(parts, organization, minted.secret, 'not-me'),
        minutes: lifetime / MINUTE,
        hours: lifetime / HOUR,
        insteadOfCode: attempt.origin === 'code-not-sent',
        requestedFrom: { place: address, device: device || null },
      },
    },
  }
}

/** Like `prepareLink`, of a code. Where none goes out, the person who waits for it is told by mail. */
export async function prepareCode(
  parts: RecoveryParts,
  tx: Transaction,
  message: QueuedMessage<'recover-code'>,
): Promise<Prepared<'recover-code'>> {
  const minted = await mintFor(parts, tx, message.data.attemptId)
  if ('drop' in minted) return minted
  const { to, account, lifetime, organization, secret } = minted
  const data = {
    organization: { name: organization.name },
    code: secret,
    minutes: lifetime / MINUTE,
    // Without a port: browsers match the code against the site's name.
    host: new URL(parts.publicUrl).hostname,
  }
  return { send: { to, locale: account?.locale ?? message.locale, data } }
}

async function mintFor(
  parts: RecoveryParts,
  tx: Transaction,
  attemptId: string,
): Promise<Minted | { drop: string }> {
  const held = await holdWithPerson(parts, tx, attemptId)
  if (!held?.attempt.method) return { drop: 'expired' }
  const { attempt, account } = held
  const strategy = strategyOf(parts, held.attempt.method)
  const settings = await settingsFor(tx, attempt)
  const organization = await organizationOf(tx)
  const isLink = strategy.answeredBy === 'link'
  const mailbox = account || !isLink ? null : await mailboxWaiting(parts, tx, attempt, settings)
  const to = account ? strategy.reachable(account, settings, tx.now) : mailbox
  const reason =
    organization.state === 'suspended'
      ? 'suspended'
      : ((await whyNobodyIsReached(parts, tx, held, strategy, settings)) ??
        (to ? await whyNoTurn(parts, tx, held, { strategy, to, settings }) : 'nobody'))
  if (reason || !to) return withhold(parts, tx, held, reason ?? 'nobody')

  const lifetime = lifetimeOf(parts, attempt, settings)
  const secret = await mint(parts, tx, { attempt, account }, { strategy, settings, lifetime })
  return { to, secret, lifetime, attempt, account, organization, settings }
}

/** Spends the limits on a message that has a reader, who may have no account yet. */
async function whyNoTurn(
  parts: RecoveryParts,
  tx: Transaction,
  { attempt, account }: AttemptInHand,
  out: { strategy: Strategy; to: string; settings: Settings },
): Promise<Refusal | null> {
  if (account) return takeTurn(parts, tx, attempt, account, out)
  return (await mayMailboxHaveMail(parts, tx, attempt, out.to)) ? null : 'limit'
}

/** Why an attempt's message would reach nobody, as far as it and its account tell; null when it may have a reader. */
async function whyNobodyIsReached(
  parts: RecoveryParts,
  tx: Transaction,
  { attempt, account }: AttemptInHand,
  strategy: Strategy,
  settings: Settings,
): Promise<WithheldReason | null> {
  if (attempt.step !== 'proving') return attempt.closedReason ?? 'answered'
  if (tx.now >= attempt.expiresAt && !attempt.person && !(await hasSecret(tx, attempt.id))) return 'expired'
  if (account && account.state !== 'active') return 'nobody'
  if (account && isOutOfReach(attempt, account)) return 'protected'
  if (!isOffered(attempt, settings)) return 'no-longer-offered'
  if (!account) return null
  if (attempt.person && isOutdated(attempt, account)) return 'account-changed'
  if (!strategy.reachable(account, settings, tx.now)) return 'unreachable'
  return (await isEnoughFor(parts, tx, attempt, account, settings)) ? null : 'not-for-role'
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

/** Records that nothing goes out, ends the attempt where the reason is that it is over, and tells who waits for a code. */
async function withhold(
  parts: RecoveryParts,
  tx: Transaction,
  { attempt, account }: AttemptInHand,
  reason: WithheldReason,
): Promise<{ drop: string }> {
  const closing = CLOSED_REASONS.find((one) => one === reason)
  if (closing) await tryMove(tx, attempt, { name: 'ended', reason: closing })
  await record(tx, parts.random, {
    kind: 'recovery.message-withheld',
    outcome: 'refused',
    origin: { actor: 'system', address: attempt.asked.address || null },
    subjectId: account?.id ?? null,
    detail: { ...detailOf(attempt), reason },
  })
  const isCode = attempt.method !== null && strategyOf(parts, attempt.method).answeredBy === 'code'
  if (account?.state === 'active' && TOLD.includes(reason)) {
    if (isCode) await sendLinkInstead(parts, tx, attempt, account)
    else if (reason === 'unreachable') await tellTooNew(parts, tx, attempt, account)
  }
  if (isCode && !account && reason === 'nobody') await sendLinkToSignUp(parts, tx, attempt)
  return { drop: reason }
}
