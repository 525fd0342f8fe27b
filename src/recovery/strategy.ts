import type { Account } from '../accounts/account.ts'
import type { Settings } from '../organizations/settings.ts'
import type { Random } from '../platform/random.ts'

/** The name of a strategy, as organizations list it in their settings: two words at the least. */
export type MethodId = `${string}-${string}`

/**
 * One way to prove who one is. It does no I/O: limits, audit, storage and comparing are the engine's, so a strategy
 * cannot forget them.
 */
export interface Strategy {
  id: MethodId
  /** How the secret comes back: by following a link, or typed on the page that asked for it. */
  answeredBy: 'link' | 'code'
  /** The message that carries it. */
  message: 'recover-link' | 'recover-code'
  /** A new secret, as it is sent to the person. */
  newSecret(random: Random, settings: Settings): string
  /** Whether what somebody typed has the form of such a secret; what has not is no try. */
  isWellFormed(typed: string): boolean
  /** Minutes that a secret lives. */
  lifetimeMinutes(settings: Settings): number
  /** Where a person can be reached this way, or null. */
  reachable(account: Account, settings: Settings, now: Date): string | null
}
