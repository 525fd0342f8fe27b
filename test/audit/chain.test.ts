import { expect } from 'chai'
import knex from 'knex'
import { record } from '../../src/audit/audit.ts'
import { chainEvents, checkChain } from '../../src/audit/chain.ts'
import { connectionOf } from '../../src/database/connect.ts'
import { withOrganization, withoutOrganization } from '../../src/database/transaction.ts'
import { addOrganization } from '../../src/organizations/store.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { terminal } from '../cli/terminal.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { withPortal } from '../support/portal.ts'
import { signIn } from '../support/steps.ts'

describe('the chain over the activity log', () => {
  let fresh: FreshDatabase
  let organization: string

  beforeEach(async () => {
    fresh = await freshDatabase()
    organization = await add('mine')
  })
  afterEach(() => fresh.close())

  const add = async (slug: string) => {
    const id = newId(systemRandom, new Date(0))
    await withoutOrganization(fresh.database, (tx) =>
      addOrganization(tx, { id, slug, name: slug, state: 'active' }),
    )
    return id
  }
  const write = async (count: number, of = organization) =>
    withOrganization(fresh.database, of, async (tx) => {
      for (let n = 0; n < count; n += 1) {
        const origin = { actor: 'system' } as const
        const detail = { n, z: true, a: 'text' }
        await record(tx, systemRandom, { kind: 'message.lost', outcome: 'refused', origin, detail })
      }
    })
  const chainAll = async () => {
    while ((await chainEvents(fresh.database)) > 0);
  }
  const check = () => checkChain(fresh.database, organization)
  /** Whoever owns the database can do what the application cannot. */
  const asOwner = async (sql: string) => {
    const owner = knex({ client: 'pg', connection: connectionOf(fresh.owner), pool: { min: 0, max: 1 } })
    try {
      await owner.raw(`select set_config('latchkey.organization', ?, false)`, [organization])
      await owner.raw(sql)
    } finally {
      await owner.destroy()
    }
  }

  it('links every event to the one before, and tells what is not chained yet', async () => {
    await write(3)
    expect(await check()).to.include({ chained: 0, head: null, brokenAt: null, unchained: 3 })
    await chainAll()
    const first = await check()
    expect(first).to.include({ chained: 3, brokenAt: null, unchained: 0 })
    expect(first.oldestUnchained).to.equal(null)
    await write(1)
    expect(await check()).to.include({ chained: 3, head: first.head, unchained: 1 })
    await chainAll()
    expect((await check()).head).to.not.equal(first.head)
  })

  it('goes on over more than one batch, and over what was recorded late by a long transaction', async () => {
    await withOrganization(fresh.database, organization, async (slow) => {
      const origin = { actor: 'system' } as const
      await record(slow, systemRandom, { kind: 'message.lost', outcome: 'refused', origin })
      await write(1100)
      await chainAll()
    })
    expect(await check()).to.include({ chained: 1100, brokenAt: null, unchained: 1 })
    await chainAll()
    expect(await check()).to.include({ chained: 1101, brokenAt: null, unchained: 0 })
  })

  it('is made once by many workers at a time', async () => {
    await write(40)
    for (let round = 0; round < 4; round += 1) {
      await Promise.all([write(10), ...[1, 2, 3, 4].map(() => chainEvents(fresh.database))])
    }
    await chainAll()
    expect(await check()).to.include({ chained: 80, brokenAt: null, unchained: 0 })
  })

  it('keeps organizations apart', async () => {
    const other = await add('other')
    await Promise.all([write(2), write(5, other)])
    await chainAll()
    expect((await check()).chained).to.equal(2)
    expect((await checkChain(fresh.database, other)).chained).to.equal(5)
  })

  const tampered: [string, string, number][] = [
    [
      'an event was changed',
      `update audit_events set detail = '{"n": 7}' where id = (select event_id from audit_links where sequence = 3)`,
      3,
    ],
    [
      'an event was removed',
      'delete from audit_events where id = (select event_id from audit_links where sequence = 2)',
      2,
    ],
    ['a link was removed', 'delete from audit_links where sequence = 4', 4],
    ['a link was changed', `update audit_links set link = repeat('0', 64) where sequence = 5`, 5],
  ]
  for (const [what, sql, at] of tampered) {
    it(`AL-05: is broken where ${what}`, async () => {
      await write(6)
      await chainAll()
      await asOwner(sql)
      expect((await check()).brokenAt).to.equal(at)
    })
  }

  it('AL-05: an event that was slipped in past the worker is told as not chained', async () => {
    await write(2)
    await chainAll()
    await asOwner(
      `insert into audit_events select organization_id, gen_random_uuid(), at, kind, outcome, actor, actor_id, subject_id, address,
         request_id, detail from audit_events limit 1`,
    )
    await chainAll()
    expect(await check()).to.include({ chained: 2, brokenAt: null, unchained: 1 })
  })

  it('is checked by a command, which says how far it goes and fails where it is broken', () =>
    withPortal({}, async (portal) => {
      await signIn(portal.visitor(), 'mia')
      const { said, type } = terminal(portal)
      await type('audit', 'verify', 'harbour')
      expect(said.join('\n')).to.match(
        /^0 events are chained and as they were\.\n\d+ are not chained, the oldest of /,
      )
      while ((await chainEvents(portal.store.database)) > 0);
      said.length = 0
      await type('audit', 'verify', 'harbour')
      expect(said.join('\n')).to.match(
        /^\d+ events are chained and as they were\.\nLast link: \d+ [0-9a-f]{64}$/,
      )
      const owner = knex({ client: 'pg', connection: connectionOf(portal.store.owner) })
      const { id } = await portal.organization('harbour')
      await owner.transaction(async (sql) => {
        await sql.raw(`select set_config('latchkey.organization', ?, true)`, [id])
        await sql.raw(`update audit_events set outcome = 'refused' where kind = 'sign-in.succeeded'`)
      })
      await owner.destroy()
      const failure = await type('audit', 'verify', 'harbour').catch(
        (error: unknown) => (error as Error).message,
      )
      expect(failure).to.contain('The log was changed')
    }))
})
