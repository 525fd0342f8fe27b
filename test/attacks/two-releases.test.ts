import { expect } from 'chai'
import { openPool } from '../../src/database/connect.ts'
import { pendingMigrations } from '../../src/database/migrate.ts'
import { faultsOfDatabase } from '../../src/database/health.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import {
  askForCode,
  canSignIn,
  codeIn,
  createPassword,
  followLink,
  getLink,
  isSignedIn,
  NEW_PASSWORD,
  signIn,
} from '../support/steps.ts'

/** `npm run soak -- releases` lets a real older release and today's serve one database. */
describe('attacks: the release after this one has migrated the database', () => {
  let portal: Portal
  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  it('PF-08: a session, a link and a code from before keep working on a schema that has more than is known', async () => {
    const [earlier, recovering, texted] = [portal.visitor(), portal.visitor(), portal.visitor()]
    await signIn(earlier, 'mia')
    const link = await getLink(portal, recovering)
    await askForCode(portal, texted, 'noah', 'acme')
    await growSchema()

    expect(await pendingMigrations(portal.app.parts.database)).to.deep.equal([])
    expect(await faultsOfDatabase(portal.app.parts.database)).to.deep.equal([])
    expect(await isSignedIn(earlier, 'harbour')).to.equal(true)
    await texted.press('Continue', { code: codeIn(portal.texts.at(-1)) })
    expect(texted.page.address).to.not.equal('/acme/recover/code')
    await followLink(recovering, link)
    expect((await createPassword(recovering)).address).to.equal('/harbour/recover/done')
    expect(await isSignedIn(earlier, 'harbour')).to.equal(false)
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(false)
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
    await portal.app.keepHouse()
    expect(portal.logged.filter((line) => /"level":"(error|fatal)"/.test(line))).to.deep.equal([])
  })

  /** A step that is not known here: a column more in every table, a table more, and its name in the list. */
  async function growSchema(): Promise<void> {
    const owner = openPool(portal.store.owner, { max: 1 })
    try {
      const { rows } = await owner.raw<{ rows: { tablename: string }[] }>(
        `select tablename from pg_tables where schemaname = 'public' and tablename not like 'migrations%'`,
      )
      const tables = rows.map(({ tablename }) => tablename)
      expect(tables).to.include('accounts').and.include('recovery_attempts')
      for (const table of tables)
        await owner.raw(`alter table ?? add column of_the_next text not null default 'next'`, [table])
      await owner.raw('create table of_the_next (id uuid primary key)')
      await owner.raw(
        `insert into migrations (name, batch, migration_time) values ('9999_of_the_next', 99, now())`,
      )
    } finally {
      await owner.destroy()
    }
  }
})
