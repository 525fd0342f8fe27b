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
}

/** The address that recovery and notices may go to: a verified one, or none. */
export function verifiedEmail(account: Account): string | null {
  return account.emailVerifiedAt ? account.email : null
}

/** How a person is known to everyone around them: what a guesser tries first. */
export function namesOf(account: Account): string[] {
  return [account.fullName, account.username, account.email].filter((name) => name !== null)
}
