import type { Account } from '../accounts/account.ts'
import { holdOwners } from '../accounts/deletion-store.ts'
import { lockAccount } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import { lockSignedIn, type SignedIn } from './signed-in.ts'

/** Somebody who runs the organization, and whom they do something to. */
export interface Managed {
  manager: Account
  person: Account
}

/**
 * Why nothing is done: the session is not there any more, there is no such person, or it is not theirs to do. `same`: it
 * is so already, or nothing is there to be changed.
 */
export type NotManaged = { outcome: 'over' | 'gone' | 'forbidden' | 'same' }

/**
 * Whether somebody may decide about another's account: never about their own, about an owner only owners, and nobody whose
 * own account is protected, for somebody else was in it.
 */
export function mayManage(manager: Account, person: Account): boolean {
  if (manager.state !== 'active' || manager.protectedAt || manager.id === person.id) return false
  return manager.role === 'owner' || (manager.role === 'administrator' && person.role !== 'owner')
}

/**
 * Holds who is signed in and whom it is about, until the transaction ends, and looks at both roles as they are by then.
 * The owners are held first and the two in the order of their ids: so two who do something to each other at once do not wait for
 * each other for ever, and the second of two owners who take each other's role away is none by then.
 */
export async function lockManaged(
  tx: Transaction,
  who: SignedIn,
  personId: string,
): Promise<Managed | NotManaged> {
  await holdOwners(tx)
  for (const id of [who.accountId, personId].sort()) await lockAccount(tx, id)
  const held = await lockSignedIn(tx, who)
  if (!held) return { outcome: 'over' }
  const person = await lockAccount(tx, personId)
  if (!person) return { outcome: 'gone' }
  return mayManage(held.account, person) ? { manager: held.account, person } : { outcome: 'forbidden' }
}
