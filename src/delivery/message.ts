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
  }
  'recover-code': { attemptId: string }
  'code-not-sent': { accountId: string }
  'sign-in-paused': { accountId: string }
}

export type MessageName = keyof QueuedData

/** How long a message is worth sending, in milliseconds from when it was queued; after that it is dropped. */
export const WORTH_SENDING_MS: Record<MessageName, number> = {
  'recover-link': 6 * HOUR,
  'recover-code': 15 * MINUTE,
  'code-not-sent': 6 * HOUR,
  welcome: 72 * HOUR,
  'password-changed': 72 * HOUR,
  'sign-in-paused': 24 * HOUR,
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
    minutes: number
    /** Whether it goes out because a code by SMS could not. */
    insteadOfCode: boolean
    requestedFrom: { place: string; device: string | null }
  }
  welcome: Letterhead & { link: string; hours: number }
  /** `when` is already written in the reader's language. */
  'password-changed': Letterhead & {
    when: string
    device: string | null
    authenticatorAdded: boolean
    recoverUrl: string
    support: Support | null
  }
  'recover-code': { organization: { name: string }; code: string; minutes: number; host: string }
  'code-not-sent': Letterhead & { recoverUrl: string; support: Support | null }
  'sign-in-paused': Letterhead & { recoverUrl: string; support: Support | null }
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

/** What becomes of a message at one try: a mail to one address, or nothing, with a short reason that names nobody. */
export type Prepared<Name extends MessageName> =
  { send: { to: string; locale: string; data: LetterData[Name] } } | { drop: string }

/**
 * Turns a queued message into the mail of this very try. It runs once a try, in a transaction of the message's
 * organization, so that what it mints is as fresh as the mail, and what it decides is as true as the database.
 */
export type Preparer<Name extends MessageName> = (
  tx: Transaction,
  message: QueuedMessage<Name>,
) => Promise<Prepared<Name>>

/** One preparer for each message: none can be forgotten. */
export type Preparers = { [Name in MessageName]: Preparer<Name> }
