import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { withOrganization, withoutOrganization, type Transaction } from '../../src/database/transaction.ts'
import { organizationBySlug } from '../../src/organizations/store.ts'
import { importsToRun } from '../../src/people/import/store.ts'
import { asUrl } from '../cli/process.ts'
import { until } from '../database/embedded-rig.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { OLD_HASH } from '../support/import.ts'
import { signIn } from '../support/steps.ts'
import { Visitor } from '../support/visitor.ts'
import { startDemo, type Running } from './process.ts'

const PEOPLE = 3000

describe('faults: an import in which the program is killed', function () {
  this.timeout(120_000)
  let store: FreshDatabase
  let folder: string
  let running: Running

  before(async () => {
    store = await freshDatabase()
    folder = mkdtempSync(join(tmpdir(), 'latchkey-killed-'))
    running = await begin()
  })
  after(async () => {
    await running.end('SIGKILL')
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const begin = () =>
    startDemo(folder, {
      DATABASE_URL: asUrl(store.application),
      DATABASE_OWNER_URL: asUrl(store.owner),
      DATABASE_DIRECT_URL: asUrl(store.application),
      TRUSTED_PROXIES: '1',
      LOG_LEVEL: 'error',
    })
  const within = async <Result>(work: (tx: Transaction) => Promise<Result>) => {
    const acme = await organizationBySlug(store.database, 'acme')
    return withOrganization(store.database, acme?.id ?? '', work)
  }
  const made = async () =>
    within(async (tx) => {
      const { rows } = await tx.sql.raw<{ rows: { made: number }[] }>('select made from imports')
      return rows[0]?.made ?? 0
    })

  it('PF-01: loses nobody and makes nobody twice, and goes on by itself', async () => {
    const olivia = new Visitor(running.url, '198.51.100.7')
    await signIn(olivia, 'olivia', DEMO_PASSWORD, 'acme')
    await olivia.open('/acme/manage/people/import')
    const rows = Array.from({ length: PEOPLE }, (_, index) => `p${index}@lintas.example,${OLD_HASH}`)
    const file = new Blob([`email,hash\n${rows.join('\n')}`])
    await olivia.press('Look at the file', {}, { people: file })
    await olivia.press('Import 3,000 people')
    const kills: number[] = []
    for (const least of [1, 1000]) {
      await until('the import moves', async () => (await made()) >= least)
      await running.end('SIGKILL')
      kills.push(await made())
      running = await begin()
    }
    await until(
      'the import is over',
      async () => (await withoutOrganization(store.database, importsToRun)).length === 0,
    )
    expect(
      kills.every((count) => count > 0 && count < PEOPLE),
      kills.join(', '),
    ).to.equal(true)
    const kept = await within(async (tx) => ({
      imports: await tx.sql('imports').select('state', 'made', 'skipped'),
      accounts: (await tx.sql('accounts').whereLike('email', '%@lintas.example')).length,
      passwords: (await tx.sql('passwords').where({ foreign_kind: 'bcrypt' })).length,
      told: (await tx.sql('audit_events').where({ kind: 'person.created' }).whereRaw(`detail \\? 'import'`))
        .length,
      rows: (await tx.sql('import_batches')).length,
    }))
    expect(kept).to.deep.equal({
      imports: [{ state: 'done', made: PEOPLE, skipped: 0 }],
      accounts: PEOPLE,
      passwords: PEOPLE,
      told: PEOPLE,
      rows: 0,
    })
  })
})
