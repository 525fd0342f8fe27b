import type { ContactKind } from '../delivery/news.ts'
import { after, HOUR } from '../platform/clock.ts'

export type Role = 'member' | 'administrator' | 'owner'

/** A person's account in one organization. */
export interface Account {
  id: string
  username: string | null
  fullName: string
  role: Role
  state: 'active' | 'suspended'
  email: string | null
  emailVerifiedAt: Date | null
  /** When the address was last given, changed or taken away; null: it is the one that the account was made with. */
  emailChangedAt: Date | null
  /** E.164. */
  phone: string | null
  phoneVerifiedAt: Date | null
  /** When the number was last given, changed or taken away. */
  phoneChangedAt: Date | null
  /** The person's own choice of language; null: the browser's, then the organization's. */
  locale: string | null
  /** Rises with every change that must end recoveries begun before it. */
  securityEpoch: number
  /** Set: somebody else was in the account, and only people can let its person back in. */
  protectedAt: Date | null
  /** When the account is deleted, because its person wants it; null: it stays. */
  deletionDueAt: Date | null
}

/** As long as a name is stored. */
export const LONGEST_FULL_NAME = 200

/** An account as it is when it is made, for what is given: that of a member, and of the rest nothing is known yet. */
export function newAccount(given: Pick<Account, 'id' | 'fullName'> & Partial<Account>): Account {
  return {
    username: null,
    role: 'member',
    state: 'active',
    email: null,
    emailVerifiedAt: null,
    emailChangedAt: null,
    phone: null,
    phoneVerifiedAt: null,
    phoneChangedAt: null,
    locale: null,
    securityEpoch: 0,
    protectedAt: null,
    deletionDueAt: null,
    ...given,
  }
}

/** What a message reaches a person by, and when that was verified and changed. */
export interface Contact {
  value: string | null
  verifiedAt: Date | null
  changedAt: Date | null
}

/** NIST SP 800-63B-4 §3.1.3.3: who has just taken an address or a number over must not get in with it. */
export const SETTLED_AFTER = 72 * HOUR

/** What an account has of a kind. */
export function contactOf(account: Account, kind: ContactKind): Contact {
  return kind === 'email'
    ? { value: account.email, verifiedAt: account.emailVerifiedAt, changedAt: account.emailChangedAt }
    : { value: account.phone, verifiedAt: account.phoneVerifiedAt, changedAt: account.phoneChangedAt }
}

/** Until when an account's address or number is too new to let anybody in; null: it is not. */
export function newUntil(account: Account, kind: ContactKind, now: Date): Date | null {
  const { changedAt } = contactOf(account, kind)
  const until = changedAt && after(changedAt, SETTLED_AFTER)
  return until && now < until ? until : null
}

/** The address that notices may go to: a verified one, or none. */
export function verifiedEmail(account: Account): string | null {
  return account.emailVerifiedAt ? account.email : null
}

/** The address that a way in may be sent to: a verified one that has not just taken the place of another. */
export function settledEmail(account: Account, now: Date): string | null {
  return newUntil(account, 'email', now) ? null : verifiedEmail(account)
}

/** How a person is known to everyone around them: what a guesser tries first. */
export function namesOf(account: Account): string[] {
  return [account.fullName, account.username, account.email].filter((name) => name !== null)
}
