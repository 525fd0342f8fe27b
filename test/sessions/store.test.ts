import { expect } from 'chai'
import { accountNamed } from '../../src/accounts/store.ts'
import { HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { newToken, systemRandom } from '../../src/platform/random.ts'
import { ABSOLUTE_LIMIT, IDLE_LIMIT, isLive, MOST_PER_ACCOUNT } from '../../src/sessions/session.ts'
import { endSession, endSessions, openSession, purgeSessions, sessionOf } from '../../src/sessions/store.ts'
import { openPortal, type Portal } from '../support/portal.ts'

const place = { address: '198.51.100.0/24', device: 'Firefox · Linux' }

describe('Sessions', () => {
  let portal: Portal
  let mia: string

  beforeEach(async () => {
    portal = await openPortal()
    mia = await idOf('mia')
  })
  afterEach(() => portal.close())

  const idOf = (username: string) =>
    portal.within(
      'harbour',
      async (tx) => (await accountNamed(tx, { kind: 'username', canonical: username }))?.id ?? '',
    )
  const open = (accountId = mia) =>
    portal.within('harbour', (tx) => openSession(tx, systemRandom, accountId, place))
  const see = (token: string, slug = 'harbour') => portal.within(slug, (tx) => sessionOf(tx, token))

  it('are opened under a new token each time and found by it alone, in their organization', async () => {
    const [one, other] = [await open(), await open()]
    expect(one).not.to.equal(other)
    expect((await see(one))?.accountId).to.equal(mia)
    expect(await see(one, 'summit')).to.equal(null)
    for (const token of [newToken(systemRandom), '', 'planted', one.toLowerCase(), `${one}=`, ` ${one}`])
      expect(await see(token), token).to.equal(null)
  })

  it('are stored as a hash: no row has the token in it', async () => {
    const token = await open()
    const rows = await portal.within('harbour', (tx) => tx.rows('sessions'))
    expect(rows).to.have.length(1)
    expect(JSON.stringify(rows)).not.to.contain(token)
    expect(rows.map((row) => Buffer.from(row['token_hash' as never]).toString('utf8'))).not.to.include(token)
  })

  it('live for half an hour after they were last seen, and no longer', async () => {
    const token = await open()
    for (let seen = 0; seen < 5; seen += 1) {
      portal.clock.pass(IDLE_LIMIT - SECOND)
      expect(await see(token)).not.to.equal(null)
    }
    portal.clock.pass(IDLE_LIMIT)
    expect(await see(token)).to.equal(null)
    portal.clock.pass(-SECOND)
    expect(await see(token), 'looking did not bring it back').not.to.equal(null)
  })

  it('live for twelve hours at the most, however busy', async () => {
    const token = await open()
    for (let passed = 0; passed < ABSOLUTE_LIMIT - 20 * MINUTE; passed += 20 * MINUTE) {
      portal.clock.pass(20 * MINUTE)
      expect(await see(token), `${passed / HOUR} hours`).not.to.equal(null)
    }
    portal.clock.pass(20 * MINUTE)
    expect(await see(token)).to.equal(null)
  })

  it('end one by one, or all of an account’s, and never another’s', async () => {
    const [first, second, third] = [await open(), await open(), await open()]
    const noahs = await open(await idOf('noah'))
    await portal.within('harbour', (tx) => endSession(tx, first))
    expect(await see(first)).to.equal(null)
    expect([await see(first), await see(second)].map(Boolean)).to.deep.equal([false, true])
    expect(await portal.within('harbour', (tx) => endSessions(tx, mia))).to.equal(2)
    expect([await see(second), await see(third)]).to.deep.equal([null, null])
    expect(await see(noahs)).not.to.equal(null)
    await portal.within('harbour', (tx) => endSession(tx, 'no such session'))
  })

  it('are ten for an account at the most: the eleventh ends the one unused for longest', async () => {
    const tokens: string[] = []
    for (let session = 0; session < MOST_PER_ACCOUNT; session += 1) {
      tokens.push(await open())
      portal.clock.pass(MINUTE)
    }
    const [oldest = '', second = ''] = tokens
    await see(oldest)
    portal.clock.pass(SECOND)
    const eleventh = await open()
    expect(await see(second), 'the one that nobody used since').to.equal(null)
    for (const token of [oldest, eleventh, ...tokens.slice(2)]) expect(await see(token)).not.to.equal(null)
  })

  it('never end the one that was just opened, however many began in the same instant', async () => {
    for (let session = 0; session < 3 * MOST_PER_ACCOUNT; session += 1) {
      expect(await see(await open()), `session ${session}`).not.to.equal(null)
      // The same instant for another transaction: its ids have another beginning.
      portal.clock.pass(0)
    }
  })

  it('are not written to at each page view, but often enough', async () => {
    const token = await open()
    const lastSeen = async () => (await see(token))?.lastSeenAt.getTime()
    const opened = await lastSeen()
    portal.clock.pass(30 * SECOND)
    expect(await lastSeen()).to.equal(opened)
    portal.clock.pass(SECOND)
    await lastSeen()
    expect(await lastSeen()).to.equal(portal.clock.now().getTime())
  })

  it('are removed when they have run out, and not before', async () => {
    await open()
    portal.clock.pass(IDLE_LIMIT - SECOND)
    const young = await open()
    const count = () => portal.within('harbour', async (tx) => (await tx.rows('sessions')).length)
    await portal.within('harbour', purgeSessions)
    expect(await count()).to.equal(2)
    portal.clock.pass(SECOND)
    await portal.within('harbour', purgeSessions)
    expect(await count()).to.equal(1)
    expect(await see(young)).not.to.equal(null)
  })

  it('go by the server’s clock alone', () => {
    const now = new Date('2026-03-02T09:00:00Z')
    const session = {
      id: '',
      tokenHash: Buffer.alloc(32),
      accountId: mia,
      authenticatedAt: now,
      lastSeenAt: now,
    }
    const live = (passed: number, change = {}) =>
      isLive({ ...session, ...change }, new Date(now.getTime() + passed))
    expect(live(IDLE_LIMIT - 1)).to.equal(true)
    expect(live(IDLE_LIMIT)).to.equal(false)
    const busy = { lastSeenAt: new Date(now.getTime() + ABSOLUTE_LIMIT - 1) }
    expect(live(ABSOLUTE_LIMIT - 1, busy)).to.equal(true)
    expect(live(ABSOLUTE_LIMIT, busy)).to.equal(false)
  })
})
