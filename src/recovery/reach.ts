import type { Account } from '../accounts/account.ts'
import type { RecoverySettings, Settings } from '../organizations/settings.ts'
import { offered } from './strategies/index.ts'
import type { Strategy } from './strategy.ts'

/** What is known of a person besides the account, when it is asked whether they would come back in. */
interface Standing {
  hasAuthenticator: boolean
  now: Date
}

/** The ways by which a person would come back in, of those that their organization offers; none: they would not. */
export function usableWays(
  parts: { strategies: readonly Strategy[] },
  settings: Settings,
  account: Account,
  { hasAuthenticator, now }: Standing,
): Strategy[] {
  if (!isNamed(account, settings)) return []
  return offered(parts, settings.recovery).filter(
    (way) =>
      way.reachable(account, settings, now) !== null &&
      isProofEnough(way, account, settings.recovery, hasAuthenticator),
  )
}

/** Whether recovery's field takes something that this person has. */
export function isNamed({ email, username }: Account, { recovery }: Settings): boolean {
  if (recovery.identifier === 'email') return email !== null
  return recovery.identifier === 'username' ? username !== null : true
}

/**
 * Whether a way is proof enough for an account: a code is too little for who runs the organization, unless it says otherwise
 * or an authenticator is proven besides (NIST SP 800-63B-4 §3.1.3.3).
 */
export function isProofEnough(
  { answeredBy }: Strategy,
  { role }: Account,
  { authenticator, smsAloneForManagers }: Pick<RecoverySettings, 'authenticator' | 'smsAloneForManagers'>,
  hasAuthenticator: boolean,
): boolean {
  if (role === 'member' || smsAloneForManagers === 'allowed' || answeredBy === 'link') return true
  return authenticator !== 'off' && hasAuthenticator
}
