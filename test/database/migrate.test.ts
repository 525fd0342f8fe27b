import { expect } from 'chai'
import knex from 'knex'
import { connectionOf, type ConnectionTarget } from '../../src/database/connect.ts'
import { migrate, stepsAmong } from '../../src/database/migrate.ts'
import { Unavailable } from '../../src/platform/unavailable.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

describe('migrations', () => {
  let fresh: FreshDatabase
  let empty: Exclude<ConnectionTarget, string>

  beforeEach(async () => {
    fresh = await freshDatabase()
    empty = { ...(fresh.owner as Exclude<ConnectionTarget, string>), database: 'test_empty' }
    await asOwner(fresh.owner, (sql) => sql.raw('create database test_empty'))
  })
  afterEach(async () => {
    await asOwner(fresh.owner, (sql) => sql.raw('drop database test_empty with (force)'))
    await fresh.close()
  })

  it('run once when four processes start them at once, in order', async () => {
    const ran = await Promise.all(Array.from({ length: 4 }, () => migrate(empty, fresh.application)))
    const [worked, ...waited] = ran.toSorted((one, other) => other.length - one.length)
    expect(worked).to.have.length.above(5)
    expect(worked).to.deep.equal(worked?.toSorted())
    expect(waited).to.deep.equal([[], [], []])
  })

  it('find nothing to do on a database that has them all', async () => {
    expect(await migrate(fresh.owner, fresh.application)).to.deep.equal([])
  })

  it('are all there or none: one that fails takes the others back', async () => {
    await asOwner(empty, (sql) => sql.raw('create table limits (key text)'))
    const failed = await migrate(empty, fresh.application).catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(Error)
    const made = await asOwner(empty, (sql) =>
      sql<{ tablename: string }>('pg_tables').where('schemaname', 'public').count({ all: '*' }),
    )
    expect(made, 'the one that was in the way').to.deep.equal([{ all: 1 }])
  })

  it('are the numbered programs of their folder, and nothing that lies beside them', () => {
    const files = [
      '0002_b.js',
      '0001_a.ts',
      '0001_a.ts~',
      '0002_b.js.map',
      '0002_b.d.ts',
      'notes.ts',
      '.DS_Store',
    ]
    expect(stepsAmong(files)).to.deep.equal(['0001_a', '0002_b'])
  })

  it('say that the database is away', async () => {
    const nowhere = { host: '127.0.0.1', port: 9, user: 'x', database: 'x' }
    const failed: unknown = await migrate(nowhere, fresh.application).catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(Unavailable)
  })

  it('leave the application’s role without ownership and without the right to make tables', async () => {
    const failed: unknown = await asOwner(fresh.application, (sql) =>
      sql.raw('create table mine (x int)'),
    ).catch((error: unknown) => error)
    expect(failed).to.include({ code: '42501' })
  })
})

async function asOwner<Result>(
  target: ConnectionTarget,
  work: (sql: knex.Knex) => Promise<Result>,
): Promise<Result> {
  const sql = knex({ client: 'pg', connection: connectionOf(target), pool: { min: 0, max: 1 } })
  try {
    return await work(sql)
  } finally {
    await sql.destroy()
  }
}
