import type { Account } from '../../accounts/account.ts'
import type { Settings } from '../../organizations/settings.ts'
import { offered } from '../../recovery/strategies/index.ts'
import type { Strategy } from '../../recovery/strategy.ts'

/** Fewer recovery codes than this are soon none. */
const FEW_CODES = 3

/** What is said of an address or number that a way back leads to. */
export type Reached = 'none' | 'unverified' | 'verified'

/** Whether the ways back in are enough: none, one of several that could be, or all that the organization offers. */
export type WaysAre = 'none' | 'one' | 'all'

/** What a person would come back in with, as the home page tells it, and what to add next. */
export interface WaysBack {
  email: Reached
  phone: Reached
  /** Null for who has no authenticator. */
  codesLeft: number | null
  are: WaysAre
  next: 'authenticator' | 'new-codes' | null
}

/** Looks at what a person has and what their organization offers. */
export function waysBack(
  parts: { strategies: readonly Strategy[] },
  settings: Settings,
  has: { account: Account; authenticator: { codesLeft: number } | null; now: Date },
): WaysBack {
  const { account, authenticator, now } = has
  const ways = offered(parts, settings.recovery)
  const usable = ways.filter((way) => way.reachable(account, settings, now) !== null)
  const codesLeft = authenticator?.codesLeft ?? null
  return {
    email: reached(account.email, account.emailVerifiedAt),
    phone: reached(account.phone, account.phoneVerifiedAt),
    codesLeft,
    are: usable.length === 0 ? 'none' : usable.length < ways.length ? 'one' : 'all',
    next: codesLeft === null ? 'authenticator' : codesLeft < FEW_CODES ? 'new-codes' : null,
  }
}

function reached(address: string | null, verifiedAt: Date | null): Reached {
  if (address === null) return 'none'
  return verifiedAt ? 'verified' : 'unverified'
}
