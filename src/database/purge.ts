import type { Knex } from 'knex'

/** Rows that one batch removes: few enough to be over at once, whatever has piled up. */
export const PURGE_BATCH = 1000

/**
 * Deletes one batch of a table's rows that are over and tells how many; call again while it is a full batch. Rows that
 * another process is just using or deleting are passed over. `rows` begins a query on the table, `over` narrows one.
 */
export async function deleteBatch<Row extends object>(
  rows: () => Knex.QueryBuilder<Row, Row[]>,
  over: (query: Knex.QueryBuilder<Row, Row[]>) => Knex.QueryBuilder<Row, Row[]>,
): Promise<number> {
  // By physical place (ctid), because tables have keys of different widths.
  const batch = over(rows()).select('ctid').limit(PURGE_BATCH).forUpdate().skipLocked() as Knex.QueryBuilder
  return rows().whereIn('ctid', batch).delete()
}
