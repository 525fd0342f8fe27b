import { HOUR, MINUTE } from '../platform/clock.ts'
import type { Transaction } from '../database/transaction.ts'
import type { LetterData } from './letter.ts'
import type {
  ChangeOfAuthenticator,
  ChangeOfContact,
  ContactKind,
  Standing,
  WayBack,
  WhyKept,
} from './news.ts'

/** What rests in the outbox for each message: ids and plain facts, never a secret (links are minted when a mail leaves). */
export interface QueuedData {
  'recover-link': { attemptId: string }
  welcome: { attemptId: string }
  'reset-started': { attemptId: string }
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
    /** Who runs the organization and made it; absent: its person did. */
    byId?: string
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
  /** `at` is an ISO 8601 instant. */
  'standing-changed': { accountId: string; at: string; standing: Standing | 'out'; byId: string }
  /** `accountId` is the reader's; `at` an ISO 8601 instant; `byId` null: whoever runs the server did it. */
  'managers-changed': {
    accountId: string
    at: string
    standing: Standing | 'deleted'
    personId: string
    byId: string | null
  }
  /** Names nobody: there is no account any more. */
  'account-deleted': { isByManager?: true }
  'confirm-email': { pendingId: string }
  'confirm-phone': { pendingId: string }
  /** `accountId` is the reader's. */
  'settings-changed': { accountId: string; version: number }
  'test-email': { accountId: string }
  'test-text': { accountId: string }
  'add-a-way': { accountId: string }
}

export type MessageName = keyof QueuedData

/** How each message goes out: its name decides. */
export const CHANNELS = {
  'recover-link': 'email',
  welcome: 'email',
  'reset-started': 'email',
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
  'standing-changed': 'email',
  'managers-changed': 'email',
  'confirm-email': 'email',
  'confirm-phone': 'sms',
  'settings-changed': 'email',
  'test-email': 'email',
  'test-text': 'sms',
  'add-a-way': 'email',
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
  'reset-started': 24 * HOUR,
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
  'standing-changed': 72 * HOUR,
  'managers-changed': 72 * HOUR,
  'confirm-email': 24 * HOUR,
  'confirm-phone': 15 * MINUTE,
  'settings-changed': 72 * HOUR,
  'test-email': HOUR,
  'test-text': 15 * MINUTE,
  'add-a-way': 72 * HOUR,
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
