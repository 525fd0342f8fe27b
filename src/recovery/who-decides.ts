import { verifiedEmail, type Account } from '../accounts/account.ts'
import { managers } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'

/** Whether somebody may decide about a person's way back in: never about themselves, and about an owner only owners. */
export function mayDecide(decider: Account, person: Account): boolean {
  if (decider.state !== 'active' || decider.id === person.id) return false
  return decider.role === 'owner' || (decider.role === 'administrator' && person.role !== 'owner')
}

/** How many must agree: who runs the organization, or has no address to be warned at, is worth two (ASVS 6.4.4). */
export function approvalsFor(person: Account): number {
  return person.role === 'member' && verifiedEmail(person) ? 1 : 2
}

/** Whether there are enough people who may decide about this one; where not, only whoever runs the server can help. */
export async function canBeDecided(tx: Transaction, person: Account): Promise<boolean> {
  const deciders = (await managers(tx)).filter((decider) => mayDecide(decider, person))
  return deciders.length >= approvalsFor(person)
}
