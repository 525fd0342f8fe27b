import type { Knex } from 'knex'
import { Unavailable } from '../platform/unavailable.ts'
import type { Database } from './connect.ts'
import { isAway, orUnavailable } from './faults.ts'

/** A row that belongs to one organization. */
export interface TenantRow {
  organization_id: string
}

/** A transaction on the few tables that belong to no organization. */
export interface SystemTransaction {
  /** The instant of the transaction, read once; no other SQL names now(). */
  readonly now: Date
  readonly sql: Knex.Transaction
}

/**
 * A transaction inside one organization. `rows` and `insert` name it in every query; what is written in raw SQL names it
 * itself. Row-level security is the second wall behind them.
 */
export interface Transaction extends SystemTransaction {
  readonly organizationId: string
  /** A query on this organization's rows of a table. */
  rows<Row extends TenantRow>(table: string): Knex.QueryBuilder<Row, Row[]>
  /** Adds one row to a table, under this organization. */
  insert<Row extends TenantRow>(
    table: string,
    row: Omit<Row, 'organization_id'>,
  ): Knex.QueryBuilder<Row, number[]>
}

/** The connection broke while COMMIT was on its way: the work is wholly done or not at all, and the caller must look. */
export class OutcomeUnknown extends Unavailable {
  override name = 'OutcomeUnknown'
}

/**
 * Runs work inside one organization and commits it when the promise it returns is fulfilled.
 * Throws `Unavailable` when the database is away, too slow or full (nothing was changed), `OutcomeUnknown` when COMMIT
 * got no answer, and otherwise whatever the work throws, rolled back. Work that catches the error of a statement and goes
 * on has lost everything to PostgreSQL: that throws an Error too.
 */
export async function withOrganization<Result>(
  database: Database,
  organizationId: string,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  return open(database, organizationId, ({ now, sql }) => {
    const tx: Transaction = {
      now,
      sql,
      organizationId,
      rows: <Row extends TenantRow>(table: string) =>
        sql<Row>(table).where(`${table}.organization_id`, organizationId) as unknown as Knex.QueryBuilder<
          Row,
          Row[]
        >,
      insert: <Row extends TenantRow>(table: string, row: Omit<Row, 'organization_id'>) =>
        sql(table).insert({ ...row, organization_id: organizationId }) as Knex.QueryBuilder<Row, number[]>,
    }
    return work(tx)
  })
}

/** Like `withOrganization`, for the tables outside all organizations: with none set, every tenant table reads empty. */
export async function withoutOrganization<Result>(
  database: Database,
  work: (tx: SystemTransaction) => Promise<Result>,
): Promise<Result> {
  return open(database, '', work)
}

/**
 * Runs work as a part of a transaction that goes on after it: what the part wrote is kept where `isKept` says so of its
 * result, and otherwise undone. Throws what the work throws, its part undone.
 */
export async function keepPartIf<Result>(
  tx: SystemTransaction,
  isKept: (result: Result) => boolean,
  work: (part: SystemTransaction) => Promise<Result>,
): Promise<Result> {
  const sql = await tx.sql.transaction()
  try {
    const result = await work({ now: tx.now, sql })
    await (isKept(result) ? sql.commit() : sql.rollback())
    return result
  } catch (error) {
    if (!sql.isCompleted()) await sql.rollback().catch(() => undefined) // The connection may be what broke.
    throw error
  }
}

async function open<Result>(
  database: Database,
  organizationId: string,
  work: (tx: SystemTransaction) => Promise<Result>,
): Promise<Result> {
  try {
    const sql = await database.pool.transaction()
    // Knex hands a transaction out even when BEGIN failed; only this promise tells why.
    if (sql.isCompleted()) await sql.executionPromise
    let result: Result
    try {
      result = await work({ sql, now: await begin(database, sql, organizationId) })
    } catch (error) {
      await sql.rollback().catch(() => undefined) // A broken connection has nothing left to roll back.
      throw error
    }
    await commit(sql)
    return result
  } catch (error) {
    throw error instanceof OutcomeUnknown ? error : orUnavailable(error)
  }
}

/**
 * The one statement that opens every transaction. All settings are local to it, so that they hold behind PgBouncer in
 * transaction mode and can never leak to the next user of the connection.
 */
async function begin(database: Database, sql: Knex.Transaction, organizationId: string): Promise<Date> {
  const { statementTimeoutMs, lockTimeoutMs } = database.timeouts
  const opened = await sql.raw<{ rows: { now: Date }[] }>(
    `select now() as now, set_config('latchkey.organization', ?, true),
            set_config('statement_timeout', ?, true), set_config('lock_timeout', ?, true),
            set_config('idle_in_transaction_session_timeout', ?, true)`,
    [organizationId, String(statementTimeoutMs), String(lockTimeoutMs), String(2 * statementTimeoutMs)],
  )
  const now = database.clock?.now() ?? opened.rows[0]?.now
  if (!now) throw new Error('the database told no time')
  return now
}

async function commit(sql: Knex.Transaction): Promise<void> {
  try {
    const answer = (await sql.commit()) as unknown as { response: { command: string } } | undefined
    // Knex's commit() is fulfilled even when COMMIT failed; only this promise tells.
    await sql.executionPromise
    // Where a statement failed and the work went on all the same, PostgreSQL rolls back and calls that no error.
    if (answer?.response.command !== 'COMMIT') throw new Error('nothing was saved: a statement had failed')
  } catch (error) {
    if (isAway(error)) throw new OutcomeUnknown('the database', { retryAfterSeconds: 5, cause: error })
    throw error
  }
}
