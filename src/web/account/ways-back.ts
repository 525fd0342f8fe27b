import { contactOf, newUntil, SETTLED_AFTER, type Account } from '../../accounts/account.ts'
import type { ContactKind } from '../../delivery/news.ts'
import type { Settings } from '../../organizations/settings.ts'
import { after } from '../../platform/clock.ts'
import { usableWays } from '../../recovery/reach.ts'
import { offered } from '../../recovery/strategies/index.ts'
import type { Strategy } from '../../recovery/strategy.ts'

/** Fewer recovery codes than this are soon none. */
const FEW_CODES = 3

/** What is said of an address or number that a way back leads to. `new`: verified, and not yet a way back. */
export type Reached = 'none' | 'unverified' | 'verified' | 'new'

/** Whether the ways back in are enough: none, one of several that could be, or all that the organization offers. */
export type WaysAre = 'none' | 'one' | 'all'

/** What would be good to do next. */
export type NextStep = 'email' | 'confirm-email' | 'phone' | 'confirm-phone' | 'authenticator' | 'new-codes'

/** What a person would come back in with, as the home page tells it, and what to add next. */
export interface WaysBack {
  email: Reached
  phone: Reached
  /** Null for who has no authenticator. */
  codesLeft: number | null
  are: WaysAre
  /** Whether a number can be a way back here at all. */
  offersTexts: boolean
  next: NextStep | null
}

/** Looks at what a person has and what their organization offers. */
export function waysBack(
  parts: { strategies: readonly Strategy[] },
  settings: Settings,
  has: { account: Account; authenticator: { codesLeft: number } | null; now: Date },
): WaysBack {
  const { account, authenticator, now } = has
  const ways = offered(parts, settings.recovery)
  const usable = usableWays(parts, settings, account, { hasAuthenticator: authenticator !== null, now })
  const codesLeft = authenticator?.codesLeft ?? null
  const [email, phone] = [reached(account, 'email', now), reached(account, 'phone', now)]
  const offersTexts = ways.some(({ answeredBy }) => answeredBy === 'code')
  return {
    email,
    phone,
    codesLeft,
    are: usable.length === 0 ? 'none' : usable.length < ways.length ? 'one' : 'all',
    offersTexts,
    next: nextStep({ email, phone, codesLeft }, offersTexts),
  }
}

/** What is said of an account's address or number. */
export function reached(account: Account, kind: ContactKind, now: Date): Reached {
  const { value, verifiedAt } = contactOf(account, kind)
  if (value === null) return 'none'
  if (!verifiedAt) return 'unverified'
  return newUntil(account, kind, now) ? 'new' : 'verified'
}

/**
 * Whether a person could not sign in, or not come back, without their address or number. What is verified and only new is
 * counted on; what would be left must do today.
 */
export function isNeeded(
  parts: { strategies: readonly Strategy[] },
  settings: Settings,
  account: Account,
  kind: ContactKind,
  now: Date,
): boolean {
  const without: Account =
    kind === 'email'
      ? { ...account, email: null, emailVerifiedAt: null }
      : { ...account, phone: null, phoneVerifiedAt: null }
  if (without.email === null && without.username === null) return true
  // An authenticator can be lost any day: it is not counted on.
  const comesBack = (as: Account, at: Date) =>
    usableWays(parts, settings, as, { hasAuthenticator: false, now: at }).length > 0
  return comesBack(account, after(now, SETTLED_AFTER)) && !comesBack(without, now)
}

/** The address first: notices go there, and it vouches for the rest. */
function nextStep(
  { email, phone, codesLeft }: Pick<WaysBack, 'email' | 'phone' | 'codesLeft'>,
  offersCodes: boolean,
): NextStep | null {
  if (email === 'none') return 'email'
  if (email === 'unverified') return 'confirm-email'
  if (offersCodes && phone === 'none') return 'phone'
  if (offersCodes && phone === 'unverified') return 'confirm-phone'
  if (codesLeft === null) return 'authenticator'
  return codesLeft < FEW_CODES ? 'new-codes' : null
}
