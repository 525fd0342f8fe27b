import type { RecoverySettings } from '../../organizations/settings.ts'
import type { MethodId, Strategy } from '../strategy.ts'
import { emailLink } from './email-link.ts'

/** Every way to prove who one is, in the order in which they are offered. */
const strategies: Record<MethodId, Strategy> = { 'email-link': emailLink }

/** The strategies that an organization offers, in order; empty when it offers none that there is. */
export function offered(settings: RecoverySettings): Strategy[] {
  return Object.values(strategies).filter(({ id }) => settings.methods.includes(id))
}

/** The strategy of an attempt. */
export function strategyOf(method: MethodId): Strategy {
  return strategies[method]
}
