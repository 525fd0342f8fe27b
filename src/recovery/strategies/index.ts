import type { RecoverySettings } from '../../organizations/settings.ts'
import type { Strategy } from '../strategy.ts'
import { emailLink } from './email-link.ts'
import { smsCode } from './sms-code.ts'

/** Every way to prove who one is, in the order in which they are offered. */
export const STRATEGIES: readonly Strategy[] = [emailLink, smsCode]

/** The strategies that an organization offers, in order; empty when it offers none that there is. */
export function offered(
  { strategies }: { strategies: readonly Strategy[] },
  { methods }: RecoverySettings,
): Strategy[] {
  return strategies.filter(({ id }) => methods.includes(id))
}

/** The link that an organization offers, for whom a code does not reach; undefined where it offers none. */
export function offeredLink(
  parts: { strategies: readonly Strategy[] },
  settings: RecoverySettings,
): Strategy | undefined {
  return offered(parts, settings).find(({ answeredBy }) => answeredBy === 'link')
}

/** The strategy of an attempt's method. Throws for one that there is not, which is a bug. */
export function strategyOf({ strategies }: { strategies: readonly Strategy[] }, method: string): Strategy {
  const strategy = strategies.find(({ id }) => id === method)
  if (!strategy) throw new Error(`no strategy "${method}"`)
  return strategy
}
