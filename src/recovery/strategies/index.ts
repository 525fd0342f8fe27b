import type { RecoverySettings } from '../../organizations/settings.ts'
import type { MethodId, Strategy } from '../strategy.ts'
import { emailLink } from './email-link.ts'

/** Every way to prove who one is, in the order in which they are offered. */
const strategies: readonly Strategy[] = [emailLink]

/** The strategies that an organization offers, in order; empty when it offers none that there is. */
export function offered(settings: RecoverySettings): Strategy[] {
  return strategies.filter((strategy) => settings.methods.includes(strategy.id))
}

/** The strategy of an attempt. */
export function strategyOf(method: MethodId): Strategy {
  const strategy = new Map(strategies.map((one) => [one.id, one])).get(method)
  if (!strategy) throw new Error(`no strategy "${method}"`)
  return strategy
}
