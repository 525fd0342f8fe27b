import type { Socket } from 'node:net'
import knex, { type Knex } from 'knex'
import pg from 'pg'
import { BadConfiguration } from '../platform/config.ts'
import type { Clock } from '../platform/clock.ts'

/** Where a PostgreSQL is and as whom to enter it. */
export type ConnectionTarget =
  string | { host: string; port: number; user: string; database: string; password?: string }

/** What each transaction is given before PostgreSQL ends it, in milliseconds. */
export interface Timeouts {
  statementTimeoutMs: number
  lockTimeoutMs: number
}

/** A bounded pool of connections, together with what every transaction on it starts from. */
export interface Database {
  pool: Knex
  timeouts: Timeouts
  /** Null: the database's own clock. Tests stop it here. */
  clock: Clock | null
  close(): Promise<void>
}

/** How long a request may wait for a free connection before it is told to come back (503). */
const ACQUIRE_TIMEOUT_MS = 3000
const CONNECT_TIMEOUT_MS = 3000
/** How much later than PostgreSQL's own end of a statement we take its silence for its absence. */
const SILENCE_MARGIN_MS = 1000
/** The oldest we run on (src/database/health.ts): told to Knex, which else asks before anybody watches the connection. */
const OLDEST_VERSION = '15'

/** int8 (counts) as a number: none of ours comes near 2^53. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** Opens a pool that connects on first use; nothing is thrown here when the database is away. */
export function openDatabase(
  target: ConnectionTarget,
  options: Timeouts & { poolSize: number; clock?: Clock },
): Database {
  const pool = openPool(target, {
    max: options.poolSize,
    watch: (client) => endWhenSilent(client, options.statementTimeoutMs + SILENCE_MARGIN_MS),
  })
  return {
    pool,
    timeouts: { statementTimeoutMs: options.statementTimeoutMs, lockTimeoutMs: options.lockTimeoutMs },
    clock: options.clock ?? null,
    close: () => pool.destroy(),
  }
}

/**
 * The bare pool behind a database, for what has no transaction of ours around it (migrations). `watch` is given each new
 * connection.
 */
export function openPool(
  target: ConnectionTarget,
  options: { max: number; watch?: (client: pg.Client) => void },
): Knex {
  return knex({
    client: 'pg',
    version: OLDEST_VERSION,
    connection: {
      ...connectionOf(target),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'latchkey',
    },
    pool: {
      min: 0,
      max: options.max,
      acquireTimeoutMillis: ACQUIRE_TIMEOUT_MS,
      afterCreate(client: pg.Client, done: (error: null, client: pg.Client) => void) {
        options.watch?.(client)
        done(null, client)
      },
    },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    // Errors go into logs, and a statement with its values holds hashes and addresses.
    compileSqlOnError: false,
    // Every failure is thrown as well, and logged where it is caught.
    log: { warn: ignore, error: ignore, debug: ignore, deprecate: ignore },
  })
}

function ignore(): void {}

/**
 * Ends a connection on which the server owes an answer or a farewell and says nothing for so many milliseconds. A frozen
 * machine or a cut line closes no connection: the query would wait for ever, and its place in the pool with it. Where
 * nothing was asked, silence is rest, and the connection stays.
 */
export function endWhenSilent(client: pg.Client, milliseconds: number): void {
  const watched = client as unknown as Watched
  const { stream } = watched.connection
  stream.setTimeout(milliseconds)
  stream.on('timeout', () => {
    if (!watched.readyForQuery || stream.writableEnded) stream.destroy()
  })
}

/** What we need of node-postgres' client beyond its types. */
interface Watched {
  /** False while the server owes an answer. */
  readyForQuery: boolean
  connection: { stream: Socket }
}

/** How many connections a pool holds in use and free, and how many wait for one. */
export function poolUse({ pool }: Database): { used: number; free: number; waiting: number } {
  const { pool: held } = pool.client as {
    pool: Record<'numUsed' | 'numFree' | 'numPendingAcquires', () => number>
  }
  return { used: held.numUsed(), free: held.numFree(), waiting: held.numPendingAcquires() }
}

/** The settings of node-postgres for a target, whether it came as a URL or in parts. */
export function connectionOf(target: ConnectionTarget): Knex.PgConnectionConfig {
  return typeof target === 'string' ? { connectionString: target } : target
}

/** The role that a target enters as, read as node-postgres reads it. Throws `BadConfiguration` where it names none. */
export function roleOf(target: ConnectionTarget): string {
  const { user } = new pg.Client(connectionOf(target) as pg.ClientConfig)
  if (!user) throw new BadConfiguration('DATABASE_URL: must say as which role to enter')
  return user
}
