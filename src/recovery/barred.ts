import type { Account } from '../accounts/account.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Settings } from '../organizations/settings.ts'
import type { Attempt } from './attempt.ts'
import { demandsOn } from './demands.ts'
import { ORIGINS } from './origin.ts'
import type { RecoveryParts } from './parts.ts'
import { isProofEnough } from './reach.ts'
import { strategyOf } from './strategies/index.ts'

/** Why an attempt may not go on although nothing has ended it. */
type Bar = 'account-changed' | 'no-longer-offered'

/** Whether the account changed since the attempt's message was sent: another password, address, state or role. */
export function isOutdated(attempt: Attempt, account: Account | null): boolean {
  return account?.state !== 'active' || account.securityEpoch !== attempt.person?.securityEpoch
}

/**
 * What bars an attempt on its way: the account or the settings changed since. Asked at every step, of the settings that
 * hold for the attempt now; null when nothing does.
 */
export async function whyBarred(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: Attempt,
  account: Account | null,
  settings: Settings,
): Promise<Bar | null> {
  if (!account || isOutdated(attempt, account) || isOutOfReach(attempt, account)) return 'account-changed'
  if (!isOffered(attempt, settings)) return 'no-longer-offered'
  return (await isEnoughFor(parts, tx, attempt, account, settings)) ? null : 'no-longer-offered'
}

/** Whether an attempt could open an account that only people may let anybody into, since somebody else was in it. */
export function isOutOfReach({ origin }: Attempt, { protectedAt }: Account): boolean {
  return protectedAt !== null && ORIGINS[origin].isSelfService
}

/** Whether the method of an attempt is open to it by these settings. */
export function isOffered({ origin, method }: Attempt, { recovery }: Settings): boolean {
  return !ORIGINS[origin].isSelfService || (method !== null && recovery.methods.includes(method))
}

/** Whether the method of an attempt is proof enough for this account, together with what else is demanded of it. */
export async function isEnoughFor(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: Attempt,
  account: Account,
  { recovery }: Settings,
): Promise<boolean> {
  if (!ORIGINS[attempt.origin].isSelfService || attempt.method === null) return true
  const way = strategyOf(parts, attempt.method)
  if (isProofEnough(way, account, recovery, false)) return true
  const { authenticator, hasAuthenticator } = await demandsOn(tx, attempt, account.id)
  return isProofEnough(way, account, { ...recovery, authenticator }, hasAuthenticator)
}
