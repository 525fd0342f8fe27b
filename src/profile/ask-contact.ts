import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import { verifiedEmail, type Account } from '../accounts/account.ts'
import { canonicalEmail, readIdentifier } from '../accounts/identifiers.ts'
import { readPhone, type PhoneProblem } from '../accounts/phone.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { ContactKind } from '../delivery/news.ts'
import { enqueue } from '../delivery/outbox.ts'
import { secondsUntilAgain } from '../limits/send-waits.ts'
import { whyAddressRefused, type AddressRefusal } from '../organizations/mail-domains.ts'
import { countryAssumed, type Settings } from '../organizations/settings.ts'
import { currentSettings } from '../organizations/store.ts'
import { HOUR, MINUTE } from '../platform/clock.ts'
import { newId } from '../platform/random.ts'
import type { Changer } from './authenticator.ts'
import {
  addPendingContact,
  contactsWaiting,
  contactWaiting,
  countSend,
  endPendingContact,
  type PendingContact,
} from './contact-store.ts'
import type { ProfileParts } from './parts.ts'

/** Why an address is refused, told by itself and by its person's account alone. `same`: they have it already. */
export type EmailProblem = 'unreadable' | 'same' | AddressRefusal

/** The same of a number. `country`: texts go there not; `email-first`: the address of this account is not verified yet. */
export type PhoneRefusal = PhoneProblem | 'same' | 'country' | 'email-first'

/** `over`: the session is not there any more. */
export type ContactAsked<Problem> =
  | { outcome: 'asked' }
  | { outcome: 'refused'; problem: Problem }
  | { outcome: 'too-many'; retryAfterSeconds: number }
  | { outcome: 'over' }

export type SentForAgain = { outcome: 'asked' | 'over' } | { outcome: 'too-early'; retryAfterSeconds: number }

const MESSAGES = { email: 'confirm-email', phone: 'confirm-phone' } as const
const CHANGES = { email: 'email-changes-per-account', phone: 'phone-changes-per-account' } as const

/** Until a message may be asked for again. */
const LONGEST_WAIT = { email: HOUR, phone: 2 * MINUTE }

/**
 * Takes a new address of somebody who has just proven themselves. Nobody is looked up here: a row and a message, and the
 * worker finds out whether the address is another account's, so the answer is the same for every address (EN-09). Until it
 * is confirmed the old one stays.
 */
export async function askForEmail(
  parts: ProfileParts,
  organizationId: string,
  who: Changer,
  typed: string,
): Promise<ContactAsked<EmailProblem>> {
  const email = typed.normalize('NFKC').trim()
  return ask(parts, organizationId, who, 'email', (account, { signUp }) => {
    if (readIdentifier(email)?.kind !== 'email') return { problem: 'unreadable' }
    const verified = verifiedEmail(account)
    if (verified && canonicalEmail(verified) === canonicalEmail(email)) return { problem: 'same' }
    const refusal = whyAddressRefused(signUp, canonicalEmail(email))
    return refusal ? { problem: refusal } : { value: email }
  })
}

/**
 * Takes a new mobile number of somebody who has just proven themselves. Everything that can be told of the number is judged
 * here, before a text costs anything: its type, and its country (SF-01, SF-06). No text goes out for who has not shown that
 * their address is theirs (SF-07).
 */
export async function askForPhone(
  parts: ProfileParts,
  organizationId: string,
  who: Changer,
  typed: string,
): Promise<ContactAsked<PhoneRefusal>> {
  return ask(parts, organizationId, who, 'phone', (account, settings) => {
    if (account.email !== null && !account.emailVerifiedAt) return { problem: 'email-first' }
    const read = readPhone(typed, countryAssumed(settings))
    if ('problem' in read) return read
    if (!settings.sms.countries.includes(read.country)) return { problem: 'country' }
    const isVerified = account.phone === read.e164 && account.phoneVerifiedAt !== null
    return isVerified ? { problem: 'same' } : { value: read.e164 }
  })
}

/** Sends for the message of what waits once more; the worker finds out what, if anything, still goes out. */
export async function askAgain(
  parts: ProfileParts,
  organizationId: string,
  who: SignedIn,
  kind: ContactKind,
): Promise<SentForAgain> {
  return withOrganization(parts.database, organizationId, async (tx): Promise<SentForAgain> => {
    const pending = await lockWaiting(tx, who, kind)
    if (!pending) return { outcome: 'over' }
    const retryAfterSeconds = secondsToWait(pending, tx.now)
    if (retryAfterSeconds > 0) return { outcome: 'too-early', retryAfterSeconds }
    await countSend(tx, pending)
    await sendFor(parts, tx, pending)
    return { outcome: 'asked' }
  })
}

/** Forgets what waits: its links and codes confirm nothing any more. */
export async function cancelContact(
  parts: ProfileParts,
  organizationId: string,
  who: SignedIn,
  kind: ContactKind,
): Promise<void> {
  await withOrganization(parts.database, organizationId, async (tx) => {
    const pending = await lockWaiting(tx, who, kind)
    if (!pending) return
    await endPendingContact(tx, pending.id, 'cancelled')
    await recordOn(parts, tx, 'contact.cancelled', who, pending)
  })
}

/** What waits of each kind for who is signed in, and how long until its message may be asked for again. */
export async function waitingFor(
  parts: ProfileParts,
  organizationId: string,
  account: Account,
): Promise<Record<ContactKind, (PendingContact & { waitSeconds: number }) | null>> {
  return withOrganization(parts.database, organizationId, async (tx) => {
    const waiting = (await contactsWaiting(tx, account)).map((pending) => {
      return { ...pending, waitSeconds: secondsToWait(pending, tx.now) }
    })
    const of = (kind: ContactKind) => waiting.find((one) => one.kind === kind) ?? null
    return { email: of('email'), phone: of('phone') }
  })
}

async function ask<Problem>(
  parts: ProfileParts,
  organizationId: string,
  who: Changer,
  kind: ContactKind,
  judge: (account: Account, settings: Settings) => { value: string } | { problem: Problem },
): Promise<ContactAsked<Problem>> {
  return withOrganization(parts.database, organizationId, async (tx): Promise<ContactAsked<Problem>> => {
    const held = await lockSignedIn(tx, who)
    if (!held) return { outcome: 'over' }
    const { account } = held
    const judged = judge(account, (await currentSettings(tx)).settings)
    if ('problem' in judged) return { outcome: 'refused', problem: judged.problem }
    // Sent twice, or from two tabs: it is on its way already.
    if ((await contactWaiting(tx, account, kind))?.value === judged.value) return { outcome: 'asked' }
    const spent = await parts.limits.spendIn(tx, CHANGES[kind], tx.organizationId, account.id)
    if (!spent.allowed) return { outcome: 'too-many', retryAfterSeconds: spent.retryAfterSeconds }
    const pending = {
      id: newId(parts.random, tx.now),
      accountId: account.id,
      securityEpoch: account.securityEpoch,
      sessionId: held.session.id,
      kind,
      value: judged.value,
      address: who.visitor.place,
      device: who.visitor.device,
      locale: account.locale ?? who.locale,
    }
    await addPendingContact(tx, pending)
    await sendFor(parts, tx, pending)
    await recordOn(parts, tx, 'contact.requested', who, pending)
    return { outcome: 'asked' }
  })
}

async function sendFor(
  { random }: ProfileParts,
  tx: Transaction,
  { id: pendingId, kind, locale }: Pick<PendingContact, 'id' | 'kind' | 'locale'>,
): Promise<void> {
  await enqueue(tx, random, { name: MESSAGES[kind], to: null, locale, data: { pendingId } })
}

async function lockWaiting(
  tx: Transaction,
  who: SignedIn,
  kind: ContactKind,
): Promise<PendingContact | null> {
  const held = await lockSignedIn(tx, who)
  return held && contactWaiting(tx, held.account, kind)
}

async function recordOn(
  { random }: ProfileParts,
  tx: Transaction,
  kind: 'contact.requested' | 'contact.cancelled',
  { accountId, visitor }: SignedIn,
  pending: Pick<PendingContact, 'id' | 'kind'>,
): Promise<void> {
  await record(tx, random, {
    kind,
    outcome: 'success',
    origin: visitorOrigin(visitor, accountId),
    subjectId: accountId,
    detail: { pending: pending.id, contact: pending.kind },
  })
}

function secondsToWait(pending: PendingContact, now: Date): number {
  return secondsUntilAgain(pending, LONGEST_WAIT[pending.kind], now)
}
