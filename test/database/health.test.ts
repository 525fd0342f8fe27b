import { expect } from 'chai'
import knex from 'knex'
import { connectionOf, openDatabase, type ConnectionTarget } from '../../src/database/connect.ts'
import { faultsOfDatabase } from '../../src/database/health.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

describe('the database at the start', () => {
  let fresh: FreshDatabase

  beforeEach(async () => {
    fresh = await freshDatabase()
  })
  afterEach(() => fresh.close())

  it('has no faults as the application’s role finds it', async () => {
    expect(await faultsOfDatabase(fresh.database)).to.deep.equal([])
  })

  it('is refused where an acknowledged change could be lost (promise P1)', async () => {
    const owner = knex({ client: 'pg', connection: connectionOf(fresh.owner), pool: { min: 0, max: 1 } })
    try {
      const { database } = fresh.owner as Exclude<ConnectionTarget, string>
      await owner.raw('alter database ?? set synchronous_commit = off', [database])
    } finally {
      await owner.destroy()
    }
    expect(await faultsAs(fresh.application)).to.deep.equal([
      'synchronous_commit is off: an acknowledged change could be lost',
    ])
  })

  it('is refused where the application would enter as the owner of the tables', async () => {
    const faults = await faultsAs(fresh.owner)
    expect(faults).to.have.length(1)
    expect(faults[0]).to.contain('DATABASE_OWNER_URL')
  })
})

async function faultsAs(target: ConnectionTarget): Promise<string[]> {
  const database = openDatabase(target, { poolSize: 1, statementTimeoutMs: 5000, lockTimeoutMs: 5000 })
  try {
    return await faultsOfDatabase(database)
  } finally {
    await database.close()
  }
}
