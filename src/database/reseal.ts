import { NO_ID } from '../platform/random.ts'
import type { Secrets } from '../platform/secrets.ts'
import { SealBroken } from '../platform/secrets.ts'
import type { Database } from './connect.ts'
import { withOrganization, type TenantRow, type Transaction } from './transaction.ts'

/** A column of sealed values, each bound to its row. */
export interface SealedColumn {
  /** What its values are, in words for the operator. */
  what: string
  table: string
  column: string
  /** What tells the rows of one organization apart: a column of uuids. */
  id: string
  /** What a row's value is sealed for. */
  context: (id: string, organizationId: string) => string
}

/** Rows held at one time: whoever wants one of them waits for milliseconds. */
const BATCH = 200

/**
 * Seals with the first key what other keys have sealed in an organization's column, and returns how many. A row is read,
 * sealed and written under its lock, so that nothing which changes meanwhile is overwritten; one that is just in use is
 * passed over and met again on the next walk, of which there is one more as long as a walk finds something to do. What
 * cannot be opened stays as it is. It may end at any point, and be done again.
 */
export async function reseal(
  database: Database,
  secrets: Secrets,
  organizationId: string,
  column: SealedColumn,
): Promise<number> {
  let total = 0
  let ofThisWalk: number
  do {
    ofThisWalk = 0
    let last: string | null = NO_ID
    while (last !== null) {
      const after: string = last
      const batch = await withOrganization(database, organizationId, (tx) =>
        resealBatch(tx, secrets, column, after),
      )
      ofThisWalk += batch.sealed
      last = batch.last
    }
    total += ofThisWalk
  } while (ofThisWalk > 0)
  return total
}

/** How many values of an organization's column each other key than the first has sealed. */
export async function sealedByOthers(
  tx: Transaction,
  secrets: Secrets,
  column: SealedColumn,
): Promise<{ key: string; count: number }[]> {
  const rows: unknown = await others(tx, secrets, column)
    .select(tx.sql.raw(`split_part(??, '.', 1) as key`, [column.column]))
    .select(tx.sql.raw('count(*)::int as count'))
    .groupBy('key')
  return rows as { key: string; count: number }[]
}

async function resealBatch(
  tx: Transaction,
  secrets: Secrets,
  column: SealedColumn,
  after: string,
): Promise<{ sealed: number; last: string | null }> {
  const rows = (await others(tx, secrets, column)
    .where(column.id, '>', after)
    .select({ id: column.id, sealed: column.column })
    .orderBy(column.id)
    .limit(BATCH)
    .forUpdate()
    .skipLocked()) as unknown as { id: string; sealed: string }[]
  const anew = rows.flatMap(({ id, sealed }) => {
    const context = column.context(id, tx.organizationId)
    const text = opened(secrets, sealed, context)
    return text === null ? [] : [{ id, sealed: secrets.seal(text, context) }]
  })
  for (const { id, sealed } of anew)
    await tx
      .rows(column.table)
      .where(column.id, id)
      .update({ [column.column]: sealed })
  return { sealed: anew.length, last: rows.at(-1)?.id ?? null }
}

/** The rows whose value another key than the first has sealed. */
function others(tx: Transaction, secrets: Secrets, { table, column }: SealedColumn) {
  return tx
    .rows<TenantRow & Record<string, unknown>>(table)
    .whereRaw(`split_part(??, '.', 1) <> ?`, [column, secrets.sealingKey])
}

function opened(secrets: Secrets, sealed: string, context: string): string | null {
  try {
    return secrets.open(sealed, context)
  } catch (error) {
    if (error instanceof SealBroken) return null
    throw error
  }
}
