import type { Account } from '../../accounts/account.ts'
import type { WayMissing } from '../../delivery/news.ts'
import type { Settings } from '../../organizations/settings.ts'
import { isNamed, usableWays } from '../reach.ts'
import { offered } from '../strategies/index.ts'
import type { Strategy } from '../strategy.ts'

/**
 * Why somebody could not get back in by themselves. `nothing`: neither an address nor a number, where either would do;
 * `sms-alone`: a code would reach them, and is too little for who runs the organization; `not-named`: recovery asks for a
 * name that they have not; `not-offered`: there is no way at all; `protected`: the account is locked after a report.
 */
export const WHYS = [
  'email-missing',
  'email-unverified',
  'phone-missing',
  'phone-unverified',
  'phone-country',
  'sms-alone',
  'nothing',
  'not-named',
  'not-offered',
  'protected',
] as const
export type Why = (typeof WHYS)[number]

/** Of these a person can mend each by signing in. */
const MENDABLE: Record<WayMissing, true> = {
  'email-unverified': true,
  'phone-missing': true,
  'phone-unverified': true,
  'phone-country': true,
  'sms-alone': true,
}

/** Whether a person can mend it themselves. */
export function isMendable(why: Why): why is WayMissing {
  return why in MENDABLE
}

/**
 * Why a person could not get back in under some settings; null: they could. Whether they could is what recovery itself
 * would say at this instant; why is the shortest step to being able to.
 */
export function whyUnable(
  parts: { strategies: readonly Strategy[] },
  settings: Settings,
  account: Account,
  standing: { hasAuthenticator: boolean; now: Date },
): Why | null {
  if (account.protectedAt !== null) return 'protected'
  if (usableWays(parts, settings, account, standing).length > 0) return null
  const ways = offered(parts, settings.recovery)
  if (ways.length === 0) return 'not-offered'
  const isReached = ways.some((way) => way.reachable(account, settings, standing.now) !== null)
  // Who has no address yet is helped by one, whatever name recovery asks for.
  if (!isNamed(account, settings) && (isReached || account.email !== null)) return 'not-named'
  if (isReached) return 'sms-alone'
  return whatIsMissing(account, {
    link: ways.some(({ answeredBy }) => answeredBy === 'link'),
    code: ways.some(({ answeredBy }) => answeredBy === 'code'),
  })
}

/** An address that only waits to be confirmed comes first, then a number: both are nearer than something new. */
function whatIsMissing(
  { email, emailVerifiedAt, phone, phoneVerifiedAt }: Account,
  offers: { link: boolean; code: boolean },
): Why {
  if (offers.link && email !== null && !emailVerifiedAt) return 'email-unverified'
  if (offers.code && phone !== null) return phoneVerifiedAt ? 'phone-country' : 'phone-unverified'
  if (offers.link && offers.code) return 'nothing'
  return offers.link ? 'email-missing' : 'phone-missing'
}
