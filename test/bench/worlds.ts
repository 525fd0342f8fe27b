import { openDatabase, openPool, type ConnectionTarget } from '../../src/database/connect.ts'
import { startEmbedded } from '../../src/database/embedded.ts'
import { migrate } from '../../src/database/migrate.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { POOL_SIZE, type FreshDatabase } from '../support/database.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { ORGANIZATION, withoutLimits } from './clients.ts'
import { fill, fillOrganizations } from './fill.ts'

/** How much there is in a database. */
export interface Size {
  /** In the organization whose pages are measured. */
  people: number
  /** Besides those of the demo. */
  organizations: number
}

/** The portals that are compared, on one PostgreSQL. */
export interface Worlds {
  few: Portal
  many: Portal
  close(): Promise<void>
}

type Tell = (line: string) => void

/**
 * Opens two portals on databases in a folder that are alike but for their size. A database that was filled by an earlier run on
 * the same folder is taken as it is.
 */
export async function openWorlds(
  folder: string,
  sizes: { few: Size; many: Size },
  tell: Tell,
): Promise<Worlds> {
  const server = await startEmbedded({ dataDir: folder })
  const opened: Portal[] = []
  const open = async (name: string, size: Size) => {
    const owner = { ...server.owner, database: name }
    const application = { ...server.application, database: name }
    await createUnlessThere(server.owner, name)
    await migrate(owner, application)
    const portal = await openPortal({
      config: withoutLimits,
      store: (clock) => asStore(owner, application, clock),
    })
    opened.push(portal)
    await fillUnlessFull(portal, size, tell)
    return portal
  }
  const close = async () => {
    for (const portal of opened) await portal.close()
    await server.stop()
  }
  try {
    return { few: await open('few', sizes.few), many: await open('many', sizes.many), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function createUnlessThere(server: ConnectionTarget, name: string): Promise<void> {
  const pool = openPool(server, { max: 1 })
  try {
    const found = await pool.raw<{ rows: unknown[] }>('select from pg_database where datname = ?', [name])
    if (found.rows.length === 0) await pool.raw('create database ??', [name])
  } finally {
    await pool.destroy()
  }
}

function asStore(
  owner: ConnectionTarget,
  application: ConnectionTarget,
  clock: Clock,
): Promise<FreshDatabase> {
  const timeouts = { statementTimeoutMs: 10_000, lockTimeoutMs: 10_000 }
  const database = openDatabase(application, { poolSize: POOL_SIZE, ...timeouts, clock })
  return Promise.resolve({ database, owner, application, close: () => database.close() })
}

async function fillUnlessFull(portal: Portal, { people, organizations }: Size, tell: Tell): Promise<void> {
  // The last that filling adds.
  const isFull = await portal.within(
    ORGANIZATION,
    async (tx) => (await tx.rows<TenantRow>('readiness_days').first()) !== undefined,
  )
  if (isFull) return
  const at = portal.clock.now()
  const owner = openPool(portal.store.owner, { max: 1 })
  const began = performance.now()
  const told = (what: string, since: number) =>
    tell(`  ${what}: ${((performance.now() - since) / 1000).toFixed(1)} s`)
  try {
    const { id } = await portal.organization(ORGANIZATION)
    tell(`filling ${people} people and ${organizations} organizations`)
    await owner.transaction(async (tx) => {
      await fill(tx, { organization: id, people, at }, told)
      const since = performance.now()
      if (organizations > 0) await fillOrganizations(tx, { count: organizations, at })
      told('organizations', since)
    })
    // As autovacuum leaves a database that is this old.
    await owner.raw('vacuum analyze')
    told('in all, with vacuum', began)
  } finally {
    await owner.destroy()
  }
}
