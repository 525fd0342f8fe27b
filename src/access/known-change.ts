import { lockAccount } from '../accounts/store.ts'
import type { Database } from '../database/connect.ts'
import { withKnownOutcome } from '../database/known-outcome.ts'
import type { Transaction } from '../database/transaction.ts'
import { newId, NO_ID, type Random } from '../platform/random.ts'
import { changeById } from './change-store.ts'

/**
 * Like `withKnownOutcome`, for work that locks this account and may keep a change of it, under the id that it is given: when
 * COMMIT gets no answer, whether the change is there tells what happened.
 */
export async function withKnownChange<Result>(
  { database, random }: { database: Database; random: Random },
  organizationId: string,
  accountId: string,
  work: (tx: Transaction, changeId: string) => Promise<Result>,
): Promise<Result> {
  let changeId = NO_ID
  const change = (tx: Transaction) => {
    changeId = newId(random, tx.now)
    return work(tx, changeId)
  }
  return withKnownOutcome(database, organizationId, change, async (tx) => {
    await lockAccount(tx, accountId)
    return (await changeById(tx, changeId)) !== null
  })
}
