import { HOUR, MINUTE } from '../platform/clock.ts'
import type { Transaction } from '../database/transaction.ts'

/** What rests in the outbox for each message: ids and plain facts, never a secret (links are minted when a mail leaves). */
export interface QueuedData {
  'recover-link': { attemptId: string }
  welcome: { attemptId: string }
  /** `at` is an ISO 8601 instant; `address` already shortened to a network. */
  'password-changed': {
    accountId: string
    at: string
    device: string | null
    address: string
    authenticatorAdded: boolean
    /** Absent in what was queued before changes were kept. */
    changeId?: string
  }
  'authenticator-changed': {
    accountId: string
    at: string
    device: string | null
    address: string
    change: ChangeOfAuthenticator
    changeId: string
  }
  'contact-changed': {
    accountId: string
    at: string
    device: string | null
    address: string
    kind: ContactKind
    change: ChangeOfContact
    changeId: string
  }
  'account-protected': {
    accountId: string
    changeId: string
    authenticator: ChangeOfAuthenticator | null
    /** What came back. Absent in what was queued before contacts could change. */
    restored?: ContactKind[]
    wayBack: WayBack
  }
  'code-not-sent': { accountId: string }
  /** `until` is an ISO 8601 instant. */
  'address-too-new': { accountId: string; until: string }
  'sign-in-paused': { accountId: string }
  'recover-code': { attemptId: string }
  /** First what was asked, sealed, for nobody yet; then one letter for each who decides: `accountId` is theirs. */
  'request-waiting':
    | { askId: string; askSealed: string; address: string; device: string }
    | { accountId: string; requestId: string }
  'request-approved': { requestId: string }
  'request-granted': { requestId: string }
  'request-refused': { accountId: string }
  /** `accountId` is the reader's. */
  'owner-reset': { accountId: string; requestId: string }
  /** `accountId` is the reader's; `until` an ISO 8601 instant. */
  'texts-paused': { accountId: string; country: string; sent: number; proved: number; until: string }
  /** `isGranted`: outside of what a mailbox may get in an hour. */
  'verify-email': { signUpId: string; isGranted?: true }
  'account-exists': { accountId: string }
  /** `dueAt` is an ISO 8601 instant. */
  'deletion-asked': { accountId: string; dueAt: string; device: string | null }
  'deletion-stopped': { accountId: string; why: WhyKept }
  /** Names nobody: there is no account any more. */
  'account-deleted': Record<string, never>
  'confirm-email': { pendingId: string }
  'confirm-phone': { pendingId: string }
}

/** What a message reaches a person by. */
export type ContactKind = 'email' | 'phone'

/** What was done with an address or number of an account. */
export type ChangeOfContact = 'added' | 'changed' | 'removed'

/** Why an account stays whose deletion had been asked for. */
export type WhyKept = 'asked' | 'last-owner'

/** What was done with the second lock of an account. */
export type ChangeOfAuthenticator = 'added' | 'replaced' | 'removed' | 'codes'

/**
 * How the person of a protected account gets back in: its organization was asked, or is to be asked, or nobody there could
 * decide and it takes whoever runs the server.
 */
export type WayBack = 'asked' | 'ask' | 'operator'

export type MessageName = keyof QueuedData

/** How each message goes out: its name decides. */
export const CHANNELS = {
  'recover-link': 'email',
  welcome: 'email',
  'password-changed': 'email',
  'authenticator-changed': 'email',
  'contact-changed': 'email',
  'account-protected': 'email',
  'code-not-sent': 'email',
  'address-too-new': 'email',
  'sign-in-paused': 'email',
  'recover-code': 'sms',
  'request-waiting': 'email',
  'request-approved': 'email',
  'request-granted': 'email',
  'request-refused': 'email',
  'owner-reset': 'email',
  'texts-paused': 'email',
  'verify-email': 'email',
  'account-exists': 'email',
  'deletion-asked': 'email',
  'deletion-stopped': 'email',
  'account-deleted': 'email',
  'confirm-email': 'email',
  'confirm-phone': 'sms',
} as const satisfies Record<MessageName, 'email' | 'sms'>

export type Channel = (typeof CHANNELS)[MessageName]

/**
 * How often a message is handed over at most. Providers of SMS cannot be asked to send something only once, so that a text
 * whose handing over went wrong may have arrived: it is repeated once (promise P2).
 */
export const MOST_TRIES: Record<Channel, number> = { email: Number.POSITIVE_INFINITY, sms: 2 }

/** How long a message is worth sending, in milliseconds from when it was queued; after that it is dropped. */
export const WORTH_SENDING_MS: Record<MessageName, number> = {
  'recover-link': 6 * HOUR,
  'code-not-sent': 6 * HOUR,
  'address-too-new': 6 * HOUR,
  welcome: 72 * HOUR,
  'password-changed': 72 * HOUR,
  'authenticator-changed': 72 * HOUR,
  'contact-changed': 72 * HOUR,
  'account-protected': 72 * HOUR,
  'sign-in-paused': 24 * HOUR,
  // Somebody sits and waits for it, and after that has gone another way.
  'recover-code': 15 * MINUTE,
  'request-waiting': 72 * HOUR,
  'request-approved': 72 * HOUR,
  'request-granted': 72 * HOUR,
  'request-refused': 72 * HOUR,
  'owner-reset': 72 * HOUR,
  'texts-paused': 24 * HOUR,
  'verify-email': 24 * HOUR,
  'account-exists': 24 * HOUR,
  'deletion-asked': 72 * HOUR,
  'deletion-stopped': 72 * HOUR,
  'account-deleted': 72 * HOUR,
  'confirm-email': 24 * HOUR,
  'confirm-phone': 15 * MINUTE,
}

/** What every mail says about who sends it and who reads it; colours as `#rrggbb`. */
interface Letterhead {
  organization: { name: string; color: string; onColor: string }
  person: { fullName: string | null }
}

/** Where people find help, as the organization set it. */
interface Support {
  kind: 'email' | 'link' | 'phone' | 'text'
  value: string
  label: string
}

/** What each message's templates print. */
export interface LetterData {
  'recover-link': Letterhead & {
    link: string
    /** Where the reader says that the request was not theirs. */
    notMeUrl: string
    minutes: number
    /** Whether it goes out because a code by SMS could not. */
    insteadOfCode: boolean
    requestedFrom: { place: string; device: string | null }
  }
  welcome: Letterhead & { link: string; hours: number; isOwner: boolean; username: string | null }
  /** `when` is already written in the reader's language. */
  'password-changed': Letterhead & {
    when: string
    device: string | null
    authenticatorAdded: boolean
    /** Where the reader says that the change was not theirs. */
    notMeUrl: string
    support: Support | null
  }
  /** `when` is already written in the reader's language. */
  'authenticator-changed': Letterhead & {
    when: string
    device: string | null
    change: ChangeOfAuthenticator
    /** Where the reader says that the change was not theirs. */
    notMeUrl: string
    support: Support | null
  }
  /** `when` is already written in the reader's language. */
  'contact-changed': Letterhead & {
    when: string
    device: string | null
    kind: ContactKind
    change: ChangeOfContact
    /** Where the reader says that the change was not theirs. */
    notMeUrl: string
    support: Support | null
  }
  'account-protected': Letterhead & {
    authenticator: ChangeOfAuthenticator | null
    restored: ContactKind[]
    wayBack: WayBack
    /** Where the reader sees how it stands. */
    standsUrl: string
    support: Support | null
  }
  'code-not-sent': Letterhead & { recoverUrl: string; support: Support | null }
  /** `until` is already written in the reader's language. */
  'address-too-new': Letterhead & { until: string; askUrl: string; support: Support | null }
  'sign-in-paused': Letterhead & { recoverUrl: string; support: Support | null }
  /** `host` is where the code is typed: browsers offer to fill it in there and nowhere else. */
  'recover-code': { organization: { name: string }; code: string; minutes: number; host: string }
  'request-waiting': Letterhead & {
    asker: string
    askerName: string
    /** Whether they reported a change that was not theirs. */
    isReport: boolean
    requestId: string
    slug: string
  }
  'request-approved': Letterhead & { cancelUrl: string; hours: number; support: Support | null }
  'request-granted': Letterhead & { link: string; cancelUrl: string; hours: number; support: Support | null }
  'request-refused': Letterhead & { recoverUrl: string; support: Support | null }
  /** `when` the owner is let in, already written in the reader's language. */
  'owner-reset': Letterhead & { owner: string; when: string; requestId: string; slug: string }
  /** `country` and `until` are already written in the reader's language. */
  'texts-paused': Letterhead & { country: string; sent: number; proved: number; until: string }
  'verify-email': Letterhead & {
    link: string
    hours: number
    requestedFrom: { place: string; device: string | null }
  }
  'account-exists': Letterhead & { signInUrl: string; recoverUrl: string; support: Support | null }
  /** `when` is already written in the reader's language. */
  'deletion-asked': Letterhead & {
    when: string
    device: string | null
    /** Where the reader keeps the account. */
    keepUrl: string
    support: Support | null
  }
  'deletion-stopped': Letterhead & { why: WhyKept; support: Support | null }
  'account-deleted': Letterhead
  'confirm-email': Letterhead & {
    link: string
    hours: number
    requestedFrom: { place: string; device: string | null }
  }
  /** `host` is where the code is typed: browsers offer to fill it in there and nowhere else. */
  'confirm-phone': { organization: { name: string }; code: string; minutes: number; host: string }
}

/** A message as it waits in the outbox. */
export interface QueuedMessage<Name extends MessageName = MessageName> {
  id: string
  name: Name
  /** Null where only the preparer can tell whom it is for. */
  to: string | null
  locale: string
  data: QueuedData[Name]
  queuedAt: Date
}

/** What becomes of a message at one try: a mail or text to one recipient, or nothing, with a short reason that names nobody. */
export type Prepared<Name extends MessageName> =
  { send: { to: string; locale: string; data: LetterData[Name] } } | { drop: string }

/**
 * Turns a queued message into the mail or text of this very try. It runs once a try, in a transaction of the message's
 * organization, so that what it mints is as fresh as the message, and what it decides is as true as the database.
 */
export type Preparer<Name extends MessageName> = (
  tx: Transaction,
  message: QueuedMessage<Name>,
) => Promise<Prepared<Name>>

/** One preparer for each message: none can be forgotten. */
export type Preparers = { [Name in MessageName]: Preparer<Name> }
