import { expect } from 'chai'
import knex from 'knex'
import { connectionOf } from '../src/database/connect.ts'
import { PURGE_BATCH } from '../src/database/purge.ts'
import { withOrganization, withoutOrganization, type TenantRow } from '../src/database/transaction.ts'
import { keepHouse } from '../src/housekeeping.ts'
import { parseSettings } from '../src/organizations/settings.ts'
import { addOrganization, saveSettings } from '../src/organizations/store.ts'
import { createLog } from '../src/platform/log.ts'
import { newId, systemRandom } from '../src/platform/random.ts'
import { STRATEGIES } from '../src/recovery/strategies/index.ts'
import { freshDatabase, type FreshDatabase } from './support/database.ts'

type DelayRow = TenantRow & Record<'key' | 'tries' | 'blocked_until' | 'forgotten_at', unknown>

describe('housekeeping', () => {
  let fresh: FreshDatabase
  let organizations: string[]
  const logged: string[] = []
  const log = createLog('debug', { write: (line) => void logged.push(line) })

  beforeEach(async () => {
    fresh = await freshDatabase()
    organizations = []
    for (const slug of ['birch', 'cedar', 'maple']) {
      const id = newId(systemRandom, new Date(0))
      await withoutOrganization(fresh.database, (tx) =>
        addOrganization(tx, { id, slug, name: slug, state: 'active' }),
      )
      await withOrganization(fresh.database, id, (tx) =>
        tx.insert<DelayRow>('sign_in_delays', forgotten('forgotten')),
      )
      await withOrganization(fresh.database, id, (tx) => saveSettings(tx, parseSettings({})))
      organizations.push(id)
    }
  })
  afterEach(() => fresh.close())

  it('goes on with all others when one organization’s rows cannot be deleted, and says so', async () => {
    await refuseDeletingOf(organizations[0]!)
    await keepHouse({ database: fresh.database, random: systemRandom, log, strategies: STRATEGIES })
    expect(await Promise.all(organizations.map(rowsLeft))).to.deep.equal([1, 0, 0])
    expect(logged.filter((line) => line.includes(organizations[0]!))).to.have.length(1)
  })

  it('asks about an organization that has nothing over in few transactions, and lets what deletes end its own', async () => {
    const parts = { database: fresh.database, random: systemRandom, log, strategies: STRATEGIES }
    const first = await statementsOf(() => keepHouse(parts))
    const deleting = first.findIndex((sql) => sql.startsWith('delete from "sign_in_delays"'))
    expect(first[deleting + 1]).to.equal('COMMIT;')
    const second = await statementsOf(() => keepHouse(parts))
    const begun = second.filter((sql) => sql === 'BEGIN;').length
    expect((begun - 2) / organizations.length, 'a share, who is due, who could get back in').to.equal(3)
  })

  it('deletes batch after batch until none is full', async () => {
    const many = Array.from({ length: 2 * PURGE_BATCH + 1 }, (_, index) => index)
    await withOrganization(fresh.database, organizations[1]!, async (tx) => {
      const rows = many.map((index) => ({ organization_id: tx.organizationId, ...forgotten(`key-${index}`) }))
      await tx.sql.batchInsert('sign_in_delays', rows, 500)
    })
    await keepHouse({ database: fresh.database, random: systemRandom, log, strategies: STRATEGIES })
    expect(await Promise.all(organizations.map(rowsLeft))).to.deep.equal([0, 0, 0])
  })

  it('deletes nothing more once it is told to stop', async () => {
    await keepHouse(
      { database: fresh.database, random: systemRandom, log, strategies: STRATEGIES },
      AbortSignal.abort(),
    )
    expect(await Promise.all(organizations.map(rowsLeft))).to.deep.equal([1, 1, 1])
  })

  function forgotten(key: string): Omit<DelayRow, 'organization_id'> {
    return { key, tries: 1, blocked_until: new Date(0), forgotten_at: new Date(0) }
  }

  /** What PostgreSQL is told while some work is done, in order. */
  async function statementsOf(work: () => Promise<void>): Promise<string[]> {
    const told: string[] = []
    const hear = ({ sql }: { sql: string }) => void told.push(sql)
    fresh.database.pool.on('query', hear)
    try {
      await work()
    } finally {
      fresh.database.pool.off('query', hear)
    }
    return told
  }

  async function rowsLeft(id: string): Promise<number> {
    const rows = await withOrganization(fresh.database, id, (tx) => tx.rows<DelayRow>('sign_in_delays'))
    return rows.length
  }

  async function refuseDeletingOf(id: string): Promise<void> {
    const owner = knex({ client: 'pg', connection: connectionOf(fresh.owner), pool: { min: 0, max: 1 } })
    try {
      await owner.raw(
        `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$`,
      )
      await owner.raw(
        `create trigger refuse before delete on sign_in_delays for each row
         when (old.organization_id = '${id}') execute function refuse()`,
      )
    } finally {
      await owner.destroy()
    }
  }
})
