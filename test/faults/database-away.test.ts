import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import knex from 'knex'
import { connectionOf, openDatabase } from '../../src/database/connect.ts'
import { startEmbedded, type EmbeddedDatabase } from '../../src/database/embedded.ts'
import { migrate } from '../../src/database/migrate.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { fingerprint } from '../support/fingerprint.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { canSignIn, createPassword, followLink, getLink, NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'
import { saysNotNow } from './not-now.ts'
import { layCable, type Cable } from './severed.ts'

const FIELDS = { password: NEW_PASSWORD, confirmation: NEW_PASSWORD }

describe('faults: the database dies', function () {
  this.timeout(60_000)
  let folder: string
  let server: EmbeddedDatabase
  let cable: Cable
  let portal: Portal

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-fault-'))
    server = await startEmbedded({ dataDir: folder })
    await migrate(server.owner, server.application)
    cable = await layCable(server.application)
    portal = await openPortal({
      store: (clock) => {
        const timeouts = { statementTimeoutMs: 5000, lockTimeoutMs: 5000 }
        const database = openDatabase(cable.target, { ...timeouts, poolSize: 5, clock })
        const close = () => database.close()
        return Promise.resolve({ database, owner: server.owner, application: cable.target, close })
      },
    })
  })
  after(async () => {
    await portal.close()
    await cable.close()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('PF-05: while it is away every page says "not now" in time, nothing counts as done, and no limit is open', async () => {
    const [mia, home] = [portal.visitor(), portal.visitor()]
    await followLink(mia, await getLink(portal, mia))
    await signIn(home, 'adam', DEMO_PASSWORD)
    await server.stop()

    await saysNotNow(() => mia.submit('Create Password', FIELDS))
    await saysNotNow(() => home.send('GET', '/harbour/account'))
    await saysNotNow(() => home.send('GET', `/harbour/recover/link?token=${'A'.repeat(43)}`))
    const { csrf } = home
    await saysNotNow(() => home.send('POST', '/harbour/recover', { csrf, identifier: 'mia@harbour.example' }))
    await saysNotNow(() =>
      home.send('POST', '/harbour/sign-in', { csrf, identifier: 'mia', password: DEMO_PASSWORD }),
    )
    expect((await home.send('GET', '/healthz')).status).to.equal(200)
    expect((await home.send('GET', '/readyz')).status).to.equal(503)

    await startAgain()
    expect((await home.open('/harbour/account')).heading, 'the session is still there').to.equal(
      'Hello, Adam Wirawan',
    )
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
    expect((await createPassword(mia)).address).to.equal('/harbour/recover/done')
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })

  it('PF-02: killed under load it loses nothing that was acknowledged, and the portal goes on by itself', async () => {
    const people = ['olivia', 'adam', 'noah']
    const visitors = []
    for (const person of people) {
      const visitor = portal.visitor()
      await followLink(visitor, await getLink(portal, visitor, `${person}@harbour.example`))
      visitors.push(visitor)
    }
    const [first, ...others] = visitors
    const acknowledged = [await first!.submit('Create Password', FIELDS)]
    const underWay = others.map((visitor) => visitor.submit('Create Password', FIELDS))
    process.kill(postmaster(), 'SIGKILL')
    acknowledged.push(...(await Promise.all(underWay)))
    await startAgain()
    expect(acknowledged[0]?.location).to.equal('/harbour/recover/done')
    for (const [index, page] of acknowledged.entries()) {
      expect(page.status).to.be.oneOf([303, 503])
      const isNew = page.location === '/harbour/recover/done'
      const username = people[index] ?? ''
      expect(await canSignIn(portal, NEW_PASSWORD, username), username).to.equal(isNew)
      expect(await canSignIn(portal, DEMO_PASSWORD, username), username).to.equal(!isNew)
    }
  })

  it('goes on after every connection was ended by the server, in the pool and at work', async () => {
    const owner = knex({ client: 'pg', connection: connectionOf(server.owner), pool: { min: 0, max: 1 } })
    try {
      const visitors = Array.from({ length: 12 }, () => portal.visitor())
      const underWay = Promise.all(visitors.map((visitor) => visitor.send('GET', '/harbour/sign-in')))
      await owner.raw(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'latchkey_app'`)
      for (const { status } of await underWay) expect(status).to.be.oneOf([200, 503])
      await owner.raw(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'latchkey_app'`)
      const after = await Promise.all(visitors.map((visitor) => visitor.send('GET', '/harbour/sign-in')))
      for (const { status } of after) expect(status).to.be.oneOf([200, 503])
      expect((await portal.visitor().open('/harbour/sign-in')).status).to.equal(200)
    } finally {
      await owner.destroy()
    }
  })

  async function startAgain(): Promise<void> {
    server = await startEmbedded({ dataDir: folder })
    cable.leadTo(server.application)
  }

  function postmaster(): number {
    return Number(readFileSync(join(folder, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
  }
})

describe('faults: the database is slow or full', () => {
  let portal: Portal
  let mia: Visitor

  const openWith = async (database: {
    poolSize?: number
    statementTimeoutMs?: number
    lockTimeoutMs?: number
  }) => {
    portal = await openPortal({
      config: (config) => ({ ...config, database: { ...config.database, ...database } }),
    })
    mia = portal.visitor()
    await mia.open('/harbour/sign-in')
  }
  afterEach(() => portal.close())

  for (const [what, timeouts] of [
    ['a statement that takes too long', { statementTimeoutMs: 300 }],
    ['a lock that is not given', { lockTimeoutMs: 300 }],
  ] as const) {
    it(`PF-05: ${what} is "not now", and what was begun is undone`, async () => {
      await openWith(timeouts)
      const before = fingerprint(await mia.send('GET', '/harbour/sign-in'))
      await whileLocked('organization_settings', () => saysNotNow(() => mia.send('GET', '/harbour/sign-in')))
      expect(fingerprint(await mia.send('GET', '/harbour/sign-in'))).to.deep.equal(before)
    })
  }

  it('PF-05: with every connection taken a page says "not now", and serves again when one is free', async () => {
    await openWith({ poolSize: 1 })
    const holder = await portal.app.parts.database.pool.transaction()
    await saysNotNow(() => mia.send('GET', '/harbour/sign-in'))
    await holder.rollback()
    expect((await mia.send('GET', '/harbour/sign-in')).status).to.equal(200)
  })

  it('PF-05: a database that only reads, as a standby does, is "not now" for whoever writes, and serves again', async () => {
    await openWith({})
    await setReadOnly(true)
    await endConnections()
    await saysNotNow(() =>
      mia.send('POST', '/harbour/sign-in', { csrf: mia.csrf, identifier: 'mia', password: DEMO_PASSWORD }),
    )
    await setReadOnly(false)
    await endConnections()
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
  })

  async function whileLocked(table: string, act: () => Promise<void>): Promise<void> {
    await asOwner((sql) =>
      sql.transaction(async (tx) => {
        await tx.raw('lock table ?? in access exclusive mode', [table])
        await act()
      }),
    )
  }

  async function setReadOnly(readOnly: boolean): Promise<void> {
    await asOwner(async (sql) => {
      const { rows } = await sql.raw<{ rows: { name: string }[] }>('select current_database() as name')
      await sql.raw(`alter database ?? set default_transaction_read_only = ${readOnly ? 'on' : 'off'}`, [
        rows[0]?.name ?? '',
      ])
    })
  }

  async function endConnections(): Promise<void> {
    await asOwner((sql) =>
      sql.raw(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      ),
    )
  }

  async function asOwner(work: (sql: knex.Knex) => PromiseLike<unknown>): Promise<void> {
    const sql = knex({ client: 'pg', connection: connectionOf(portal.store.owner), pool: { min: 0, max: 1 } })
    try {
      // The owner may write whatever the database's default says.
      await sql.raw('set default_transaction_read_only = off')
      await work(sql)
    } finally {
      await sql.destroy()
    }
  }
})
