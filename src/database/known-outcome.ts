import type { Database } from './connect.ts'
import { OutcomeUnknown, withOrganization, type Transaction } from './transaction.ts'

/**
 * Like `withOrganization`, for work whose outcome a person must be told truly. When COMMIT gets no answer, `isDone` looks
 * in the database whether it happened: then the work's result stands, else `OutcomeUnknown` is thrown and nothing was
 * changed. `isDone` must lock a row that the work had locked: read without waiting, it could say no a moment before the
 * database says yes.
 */
export async function withKnownOutcome<Result>(
  database: Database,
  organizationId: string,
  work: (tx: Transaction) => Promise<Result>,
  isDone: (tx: Transaction) => Promise<boolean>,
): Promise<Result> {
  let result: { value: Result } | undefined
  try {
    return await withOrganization(database, organizationId, async (tx) => {
      result = { value: await work(tx) }
      return result.value
    })
  } catch (error) {
    if (!(error instanceof OutcomeUnknown) || !result) throw error
    if (!(await withOrganization(database, organizationId, isDone))) throw error
    return result.value
  }
}
