import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import knex from 'knex'
import {
  connectionOf,
  openDatabase,
  type ConnectionTarget,
  type Database,
} from '../../src/database/connect.ts'
import { startEmbedded, type EmbeddedDatabase } from '../../src/database/embedded.ts'
import { migrate } from '../../src/database/migrate.ts'
import type { Clock } from '../../src/platform/clock.ts'

/** A migrated, empty database of a test's own, on the PostgreSQL that the suite shares. */
export interface FreshDatabase {
  database: Database
  owner: ConnectionTarget
  application: ConnectionTarget
  close(): Promise<void>
}

let server: EmbeddedDatabase | undefined
let folder = ''
let made = 0

/** Starts the suite's PostgreSQL and migrates the database that every fresh one is copied from. */
export async function startSuiteDatabase(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  server = await startEmbedded({ dataDir: folder })
  await migrate(server.owner, server.application)
}

export async function stopSuiteDatabase(): Promise<void> {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
}

/** Copies the migrated database. With a clock given, that clock is the database's. */
export async function freshDatabase(
  options: { clock?: Clock; poolSize?: number } = {},
): Promise<FreshDatabase> {
  if (!server) throw new Error('the suite has no database; is test/support/suite.ts loaded?')
  const name = `test_${String(++made)}`
  await asOwner((sql) => sql.raw('create database ?? template latchkey', [name]))
  const owner = { ...server.owner, database: name }
  const application = { ...server.application, database: name }
  const database = openDatabase(application, {
    poolSize: options.poolSize ?? 20,
    statementTimeoutMs: 10_000,
    lockTimeoutMs: 10_000,
    ...(options.clock ? { clock: options.clock } : {}),
  })
  return {
    database,
    owner,
    application,
    async close() {
      await database.close()
      await asOwner((sql) => sql.raw('drop database ?? with (force)', [name]))
    },
  }
}

async function asOwner<Result>(work: (sql: knex.Knex) => PromiseLike<Result>): Promise<Result> {
  const sql = knex({
    client: 'pg',
    connection: { ...connectionOf(server!.owner), database: 'postgres' },
    pool: { min: 0, max: 1 },
  })
  try {
    return await work(sql)
  } finally {
    await sql.destroy()
  }
}
