import { expect } from 'chai'
import knex from 'knex'
import { chainEvents } from '../../src/audit/chain.ts'
import { connectionOf } from '../../src/database/connect.ts'
import { mayTextCountry } from '../../src/accounts/countries-store.ts'
import { withOrganization, withoutOrganization, type TenantRow } from '../../src/database/transaction.ts'
import { enqueue } from '../../src/delivery/outbox.ts'
import { firstAccounts } from '../../src/accounts/store.ts'
import { keepLogo } from '../../src/organizations/logo-store.ts'
import { addOrganization } from '../../src/organizations/store.ts'
import { measureReadiness } from '../../src/recovery/readiness/measure.ts'
import { noteAsked } from '../../src/recovery/readiness/store.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { stoppedClock } from '../support/clock.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { terminal } from '../cli/terminal.ts'
import { handOut } from '../support/people.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { getConfirmation } from '../support/contacts.ts'
import { broughtOver, OLD_HASH } from '../support/import.ts'
import { beginSetUp } from '../support/profile.ts'
import {
  createPassword,
  followLink,
  getLink,
  getVerification,
  NEW_PASSWORD,
  signIn,
  verify,
} from '../support/steps.ts'

/** They name an organization and no person, so that any worker can claim from them. */
const OUTSIDE = ['due_messages', 'unchained_events', 'running_imports']

interface TableFacts {
  name: string
  enabled: boolean
  forced: boolean
  policies: number
  owner: string
}

/** Somebody asks the organization to be let back in, and an administrator agrees. */
async function requestApproved(portal: Portal): Promise<void> {
  const noah = portal.visitor()
  await noah.open('/harbour/recover/ask')
  await noah.press('Ask', { identifier: 'noah', note: 'Room 12' })
  await portal.deliver()
  const { said, type } = terminal(portal)
  await type('requests', 'list', 'harbour')
  const id = said.join('\n').slice(0, 36)
  await type('requests', 'approve', 'harbour', id, '--as', 'adam', '--reason', 'Met him')
}

describe('tenancy, on the real database', () => {
  let fresh: FreshDatabase
  let owner: knex.Knex
  let tables: TableFacts[]

  before(async () => {
    fresh = await freshDatabase()
    owner = knex({ client: 'pg', connection: connectionOf(fresh.owner), pool: { min: 0, max: 1 } })
    tables = await tenantTables(owner)
  })
  after(async () => {
    await owner.destroy()
    await fresh.close()
  })

  it('TI-09: every table of an organization is under row-level security, forced, with a policy', () => {
    expect(tables.length).to.be.at.least(10)
    for (const { name, ...facts } of tables) {
      expect(facts, name).to.deep.include({ enabled: true, forced: true, policies: 1 })
      expect(facts.owner, name).to.equal('latchkey_owner')
    }
  })

  it('leads every primary key and every unique key of those tables with the organization', async () => {
    const { rows } = await owner.raw<{ rows: { on: string; first: string }[] }>(
      `select c.conrelid::regclass::text as on, a.attname as first from pg_constraint c
       join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
       where c.contype in ('p', 'u') and c.conrelid::regclass::text = any (?)`,
      [tables.map(({ name }) => name)],
    )
    expect(rows.length).to.be.at.least(tables.length)
    for (const { on, first } of rows) expect(first, on).to.equal('organization_id')
  })

  it('leads every reference to those tables with the organization, on both ends', async () => {
    const { rows } = await owner.raw<{ rows: { on: string; to: string; first: string; points: string }[] }>(
      `select c.conrelid::regclass::text as on, c.confrelid::regclass::text as to, a.attname as first, b.attname as points
       from pg_constraint c
       join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
       join pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1]
       where c.contype = 'f'`,
    )
    const names = tables.map(({ name }) => name)
    const references = rows.filter(({ to }) => names.includes(to))
    expect(references.length).to.be.at.least(6)
    for (const { on, to, first, points } of references) {
      expect([first, points], `${on} to ${to}`).to.deep.equal(['organization_id', 'organization_id'])
    }
  })

  it('TI-09: the application’s role reads nothing of any of them while no organization is set', async () => {
    const portal = await openPortal()
    try {
      const mia = portal.visitor()
      await followLink(mia, await getLink(portal, mia))
      await createPassword(mia)
      await portal.deliver()
      await signIn(mia, 'mia', NEW_PASSWORD)
      await signIn(portal.visitor(), 'nobody', NEW_PASSWORD)
      await signIn(portal.visitor(), 'noah')
      const adam = portal.visitor()
      await signIn(adam, 'adam')
      await beginSetUp(adam)
      await getConfirmation(portal, adam, 'adam@new.example')
      await requestApproved(portal)
      await handOut(portal, 'rani', 'harbour')
      const rina = portal.visitor()
      await verify(rina, await getVerification(portal, rina))
      await portal.within('harbour', (tx) => keepLogo(tx, { hash: 'a'.repeat(64), png: Buffer.from('png') }))
      await portal.within('harbour', (tx) => mayTextCountry(portal.app.parts, tx, 'ID', 'en'))
      await portal.within('harbour', async (tx) => {
        await measureReadiness(portal.app.parts, tx, { countedLive: 0 })
        await noteAsked(tx, [(await firstAccounts(tx, 1000))[0]?.id ?? ''])
      })
      await broughtOver(portal, `username,hash\nbudi,${OLD_HASH}\nbu di,`)
      const { id } = await portal.organization('harbour')
      await chainEvents(portal.store.database)
      const seen: Record<string, number[]> = {}
      for (const { name } of tables) {
        const inside = await withOrganization(portal.store.database, id, (tx) => tx.sql(name))
        const outside = await withoutOrganization(portal.store.database, (tx) => tx.sql(name))
        seen[name] = [outside.length]
        if (name !== 'captured_messages') expect(inside, name).to.have.length.above(0)
      }
      expect(
        Object.values(seen)
          .flat()
          .every((count) => count === 0),
      ).to.equal(true)
    } finally {
      await portal.close()
    }
  })

  it('refuses rows for another organization, new ones and moved ones, whatever the code says', async () => {
    const [mine, theirs] = await twoOrganizations(fresh)
    const row = {
      id: newId(systemRandom, new Date(0)),
      kind: 'sign-out',
      outcome: 'success',
      actor: 'person',
      at: new Date(0),
      detail: {},
    }
    const foreign = withOrganization(fresh.database, mine, (tx) =>
      tx.sql('audit_events').insert({ ...row, organization_id: theirs }),
    )
    expect(await codeOf(foreign)).to.equal('42501')
    const nowhere = withoutOrganization(fresh.database, ({ sql }) =>
      sql('audit_events').insert({ ...row, organization_id: theirs }),
    )
    expect(await codeOf(nowhere)).to.equal('42501')
    const moved = withOrganization(fresh.database, mine, async (tx) => {
      await enqueue(tx, systemRandom, {
        name: 'sign-in-paused',
        to: null,
        locale: 'en',
        data: { accountId: mine },
      })
      await tx.sql('messages').update({ organization_id: theirs })
    })
    expect(await codeOf(moved)).to.equal('42501')
    const reached = await withOrganization(fresh.database, mine, (tx) =>
      tx.sql('messages').where('organization_id', theirs).update({ locale: 'xx' }),
    )
    expect(reached).to.equal(0)
  })

  it('AL-05: the application’s role cannot change, remove or empty the audit log, nor switch its guards off', async () => {
    const [mine] = await twoOrganizations(fresh)
    for (const statement of [
      `update audit_events set outcome = 'success'`,
      'delete from audit_events',
      'update audit_links set sequence = 1',
      'delete from audit_links',
      'truncate audit_events',
      'alter table audit_events disable row level security',
      'drop policy of_this_organization on audit_events',
      'drop table audit_events',
      'set role latchkey_owner',
    ]) {
      expect(
        await codeOf(withOrganization(fresh.database, mine, (tx) => tx.sql.raw(statement))),
        statement,
      ).to.equal('42501')
    }
  })

  it('keeps 1,000 interleaved transactions of two organizations on one connection apart', async () => {
    const single = await freshDatabase({ poolSize: 1, clock: stoppedClock() })
    try {
      const organizations = await twoOrganizations(single)
      for (const id of organizations) {
        await withOrganization(single.database, id, (tx) =>
          enqueue(tx, systemRandom, {
            name: 'sign-in-paused',
            to: null,
            locale: id,
            data: { accountId: id },
          }),
        )
      }
      // In rounds, because who waits too long for the one connection is sent away.
      for (let round = 0; round < 20; round += 1) {
        const seen = await Promise.all(
          Array.from({ length: 50 }, (_, index) => organizations[index % 2]!).map(async (id, index) => {
            const rows = await withOrganization(single.database, id, async (tx) => {
              const found = await tx.sql<TenantRow & { locale: string }>('messages')
              if (index % 5 === 0) throw new Error('rolled back')
              return found
            }).catch(() => null)
            return { id, rows }
          }),
        )
        for (const { id, rows } of seen) {
          if (rows) expect(rows.map(({ locale }) => locale)).to.deep.equal([id])
        }
        expect(seen.filter(({ rows }) => rows)).to.have.length(40)
      }
    } finally {
      await single.close()
    }
  })
})

async function tenantTables(owner: knex.Knex): Promise<TableFacts[]> {
  const { rows } = await owner.raw<{ rows: TableFacts[] }>(
    `select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
            (select count(*)::int from pg_policies p where p.tablename = c.relname) as policies,
            pg_get_userbyid(c.relowner) as owner
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
     where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace`,
  )
  return rows.filter(({ name }) => !OUTSIDE.includes(name))
}

async function twoOrganizations({ database }: FreshDatabase): Promise<[string, string]> {
  const ids: [string, string] = [newId(systemRandom, new Date(0)), newId(systemRandom, new Date(0))]
  for (const id of ids) {
    const slug = `o-${id.slice(-12)}`
    await withoutOrganization(database, (tx) =>
      addOrganization(tx, { id, slug, name: slug, state: 'active' }),
    )
  }
  return ids
}

/** The SQLSTATE that work fails with; null when it does not fail. */
async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => (error as { code?: unknown }).code,
  )
}
