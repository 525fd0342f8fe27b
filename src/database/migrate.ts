import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Knex } from 'knex'
import { openPool, roleOf, type ConnectionTarget, type Database } from './connect.ts'
import { orUnavailable } from './faults.ts'
import { withoutOrganization } from './transaction.ts'

/** Any number, the same in every process: the lock under which one migrates and the others wait. */
const MIGRATION_LOCK = 7_264_331
const TABLE = 'migrations'

/**
 * Brings the schema up to date, as the owner role, and lets the application's role use it. Any number of processes may
 * call it at once: one works, the others wait and then find nothing to do. All pending steps commit together or not at all.
 * Returns the names of the steps that ran. Throws `Unavailable` when the database is away.
 */
export async function migrate(owner: ConnectionTarget, application: ConnectionTarget): Promise<string[]> {
  const role = roleOf(application)
  // Not watched for silence: a step may take its time, and so may whoever is migrating already.
  const pool = openPool(owner, { max: 1 })
  try {
    return await pool.transaction(async (trx) => {
      await trx.raw('select pg_advisory_xact_lock(?)', [MIGRATION_LOCK])
      await trx.raw(`select set_config('latchkey.application_role', ?, true)`, [role])
      const [, ran] = (await trx.migrate.latest({ migrationSource, tableName: TABLE })) as [number, string[]]
      await trx.raw('grant select on ?? to ??', [TABLE, role])
      return ran
    })
  } catch (error) {
    throw orUnavailable(error)
  } finally {
    await pool.destroy()
  }
}

/** The steps that a database still lacks, as the application's role sees it; all of them for an empty database. */
export async function pendingMigrations(database: Database): Promise<string[]> {
  return withoutOrganization(database, async ({ sql }) => {
    const known = await migrationSource.getMigrations([])
    if (!(await sql.schema.hasTable(TABLE))) return known
    const ran = await sql<{ name: string }>(TABLE).select('name')
    return known.filter((name) => !ran.some((row) => row.name === name))
  })
}

/** The names of the steps among some files, in order; an editor's backup or a compiler's map is none. */
export function stepsAmong(files: readonly string[]): string[] {
  return files.flatMap((file) => /^(\d{4}_\w+)\.[jt]s$/.exec(file)?.[1] ?? []).toSorted()
}

/** The steps by name without their ending, so that a database migrated from source (.ts) accepts the built ones (.js). */
const migrationSource: Knex.MigrationSource<string> = {
  async getMigrations() {
    return stepsAmong(await readdir(migrationsFolder))
  },
  getMigrationName: (name) => name,
  async getMigration(name) {
    const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
    const step = (await import(pathToFileURL(join(migrationsFolder, name + ending)).href)) as Pick<
      Knex.Migration,
      'up'
    >
    return { ...step, down: refuseToGoBack }
  },
}

/** Going back would drop people's data; a step that was wrong is mended by the next one. Knex asks for it all the same. */
const refuseToGoBack = () => Promise.reject(new Error('migrations only go forward'))

/** Beside src in the sources, beside dist/src once built. */
const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))
