import { mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs'
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

/** Linux keeps this folder in memory: copying databases, most of what the suite waits for, is several times as fast there. */
const MEMORY = '/dev/shm'
const ROOM_BYTES = 2 ** 30
const PREFIX = 'latchkey-test-'

/** Under this name the process that starts the suite tells those that run its files where the PostgreSQL is. */
const TOLD = 'LATCHKEY_TEST_DATABASE'

/** Enough for a race; two files at a time seldom fill both of their pools, and the PostgreSQL takes sixty connections. */
export const POOL_SIZE = 20

type Server = Pick<EmbeddedDatabase, 'owner' | 'application'>

let started: EmbeddedDatabase | undefined
let folder = ''
let made = 0
let owning: knex.Knex | undefined

/** Starts the suite's PostgreSQL and migrates the database that every fresh one is copied from. */
export async function startSuiteDatabase(): Promise<void> {
  const place = fastFolder()
  removeLeftovers(place)
  folder = join(place, PREFIX + String(process.pid))
  mkdirSync(folder, { mode: 0o700 })
  started = await startEmbedded({ dataDir: folder })
  await migrate(started.owner, started.application)
  const { owner, application } = started
  process.env[TOLD] = JSON.stringify({ owner, application })
}

export async function stopSuiteDatabase(): Promise<void> {
  await owning?.destroy()
  await started?.stop()
  rmSync(folder, { recursive: true, force: true })
}

/** A folder for databases that need not last: in memory where there is room. Programs may be forbidden to run there. */
export function fastFolder(): string {
  return isRoomy(MEMORY) ? MEMORY : tmpdir()
}

function isRoomy(place: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(place)
    return bavail * bsize >= ROOM_BYTES
  } catch {
    return false
  }
}

/** A run that was killed could not tidy up, and what it left may fill the memory. */
function removeLeftovers(place: string): void {
  for (const name of readdirSync(place)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN
    if (Number.isInteger(pid) && !isAnother(pid)) rmSync(join(place, name), { recursive: true, force: true })
  }
}

/** Whether a process other than this one has this number now. */
function isAnother(pid: number): boolean {
  try {
    return pid !== process.pid && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Copies the migrated database, or one that `keepTemplate` made. With a clock given, that clock is the database's. */
export async function freshDatabase(
  options: { clock?: Clock; poolSize?: number; template?: string } = {},
): Promise<FreshDatabase> {
  const server = serverOfTheSuite()
  const name = `test_${process.pid}_${String(++made)}`
  const template = options.template ?? server.owner.database
  // Copying the files, and not each page through the log, is half the work.
  await asOwner().raw('create database ?? template ?? strategy file_copy', [name, template])
  const owner = { ...server.owner, database: name }
  const application = { ...server.application, database: name }
  const database = openDatabase(application, {
    poolSize: options.poolSize ?? POOL_SIZE,
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
      await asOwner().raw('drop database ?? with (force)', [name])
    },
  }
}

/** Fills a fresh database once, so that others are copied from it as it then is. Returns its name. */
export async function keepTemplate(
  clock: Clock,
  fill: (database: Database) => Promise<void>,
): Promise<string> {
  const { database, owner } = await freshDatabase({ clock })
  try {
    await fill(database)
  } finally {
    // PostgreSQL copies no database that somebody is connected to.
    await database.close()
  }
  return (owner as Exclude<ConnectionTarget, string>).database
}

function serverOfTheSuite(): Server {
  const told = process.env[TOLD]
  if (!told) throw new Error('the suite has no database; is test/support/suite.ts loaded?')
  return JSON.parse(told) as Server
}

/** One connection for all databases that this process makes and drops: each test does both. */
function asOwner(): knex.Knex {
  return (owning ??= knex({
    client: 'pg',
    connection: { ...connectionOf(serverOfTheSuite().owner), database: 'postgres' },
    pool: { min: 0, max: 1 },
  }))
}
