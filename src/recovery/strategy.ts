import type { Account } from '../accounts/account.ts'
import type { Random } from '../platform/random.ts'

export type MethodId = 'email-link'

/**
 * One way to prove who one is. It does no I/O: limits, audit, storage and comparing are the engine's, so a strategy
 * cannot forget them.
 */
export interface Strategy {
  id: MethodId
  /** How the secret comes back: by following a link. */
  answeredBy: 'link'
  /** A new secret, as it is sent to the person. */
  newSecret(random: Random): string
  /** Where a person can be reached this way, or null. */
  reachable(account: Account): string | null
}
