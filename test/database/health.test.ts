import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import knex from 'knex'
import { connectionOf, openDatabase, type ConnectionTarget } from '../../src/database/connect.ts'
import { startEmbedded } from '../../src/database/embedded.ts'
import { chooseAccount, runAs } from '../../src/database/embedded/account.ts'
import { createCluster, prepareHome } from '../../src/database/embedded/cluster.ts'
import { findPrograms } from '../../src/database/embedded/programs.ts'
import { faultsOfDatabase } from '../../src/database/health.ts'
import { migrate } from '../../src/database/migrate.ts'
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

  it('is refused where the application could become the owner, or a role that nothing binds', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-roles-'))
    try {
      await prepareCluster(dataDir, [
        'create role unbound nologin bypassrls;',
        'grant unbound, latchkey_owner to latchkey_app with inherit false;',
      ])
      const server = await startEmbedded({ dataDir })
      try {
        await migrate(server.owner, server.application)
        const faults = await faultsAs(server.application)
        expect(faults).to.have.length(2)
        expect(faults[0]).to.contain('bypasses row-level security')
        expect(faults[1]).to.contain('DATABASE_OWNER_URL')
      } finally {
        await server.stop()
      }
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })
})

/** Makes a private PostgreSQL that is not started yet, and runs statements in it as its superuser, who cannot log in. */
async function prepareCluster(dataDir: string, statements: string[]): Promise<void> {
  const account = await chooseAccount()
  const programs = await findPrograms(account, dataDir)
  const home = await prepareHome(dataDir, account)
  await createCluster(home, programs, account)
  const single = ['--single', '-D', home.data, '-c', 'exit_on_error=on', 'postgres']
  const { code, output } = await runAs(
    account,
    join(programs, 'bin/postgres'),
    single,
    `${statements.join('\n')}\n`,
  )
  expect(code, output).to.equal(0)
}

async function faultsAs(target: ConnectionTarget): Promise<string[]> {
  const database = openDatabase(target, { poolSize: 1, statementTimeoutMs: 5000, lockTimeoutMs: 5000 })
  try {
    return await faultsOfDatabase(database)
  } finally {
    await database.close()
  }
}
