import { lockManaged, type Managed, type NotManaged } from '../access/managed.ts'
import type { SignedIn } from '../access/signed-in.ts'
import { visitorOrigin, type Origin } from '../audit/audit.ts'
import type { Database } from '../database/connect.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { Random } from '../platform/random.ts'

/** What is needed to do something to people's accounts. */
export interface PeopleParts {
  database: Database
  random: Random
}

/** What came of it. */
export type Deed = { outcome: 'done' } | NotManaged

/** Somebody who runs the organization and the person whom they do something to, both held, and how the log names who does. */
export type InHand = Managed & { origin: Origin }

/** Does something to a person's account in the name of who is signed in, both held and their roles looked at again. */
export async function doTo(
  { database }: Pick<PeopleParts, 'database'>,
  organizationId: string,
  who: SignedIn,
  personId: string,
  work: (tx: Transaction, hand: InHand) => Promise<Deed['outcome']>,
): Promise<Deed> {
  return withOrganization(database, organizationId, async (tx) => {
    const managed = await lockManaged(tx, who, personId)
    if ('outcome' in managed) return managed
    const origin = visitorOrigin(who.visitor, managed.manager.id)
    return { outcome: await work(tx, { ...managed, origin }) }
  })
}
