import type { Transaction } from '../../src/database/transaction.ts'

/** Comes back once so many others of this database wait for what a transaction holds. */
export async function untilWaiting({ sql }: Transaction, others: number): Promise<void> {
  const waiting = async () => {
    // Within a transaction it would be read but once.
    await sql.raw('select pg_stat_clear_snapshot()')
    const { rows } = await sql.raw<{ rows: { count: number }[] }>(
      `select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rows[0]?.count ?? 0
  }
  while ((await waiting()) < others);
}
