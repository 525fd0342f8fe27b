import { expect } from 'chai'
import knex from 'knex'
import { connectionOf } from '../src/database/connect.ts'
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
        tx.insert<DelayRow>('sign_in_delays', {
          key: 'forgotten',
          tries: 1,
          blocked_until: new Date(0),
          forgotten_at: new Date(0),
        }),
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

  it('deletes nothing more once it is told to stop', async () => {
    await keepHouse(
      { database: fresh.database, random: systemRandom, log, strategies: STRATEGIES },
      AbortSignal.abort(),
    )
    expect(await Promise.all(organizations.map(rowsLeft))).to.deep.equal([1, 1, 1])
  })

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
