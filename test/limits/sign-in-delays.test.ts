import { expect } from 'chai'
import { withOrganization, withoutOrganization } from '../../src/database/transaction.ts'
import { clearTries, countTry, purgeTries, signInDelayKey } from '../../src/limits/sign-in-delays.ts'
import { DAY, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import { stoppedClock } from '../support/clock.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const secrets = createSecrets([{ id: 'test', bytes: systemRandom.bytes(32) }], systemRandom)

describe('sign-in delays', () => {
  const clock = stoppedClock()
  let fresh: FreshDatabase
  let organization: string
  let key: string
  let tested = 0

  const tryOnce = (of = key) => withOrganization(fresh.database, organization, (tx) => countTry(tx, of))
  const tryTimes = (times: number) => Promise.all(Array.from({ length: times }, () => tryOnce()))

  before(async () => {
    fresh = await freshDatabase({ clock })
    organization = newId(systemRandom, clock.now())
    const row = {
      id: organization,
      slug: 'harbour',
      name: 'Harbour',
      state: 'active',
      created_at: clock.now(),
    }
    await withoutOrganization(fresh.database, ({ sql }) => sql('organizations').insert(row))
  })
  after(() => fresh.close())
  beforeEach(() => {
    tested += 1
    key = signInDelayKey(secrets, `mia-${tested}`, '192.0.2.7')
  })

  it('lets exactly the five free ones of sixty parallel tries through', async () => {
    const answers = await tryTimes(60)
    expect(answers.filter(({ allowed }) => allowed)).to.have.length(5)
    for (const answer of answers) {
      if (!answer.allowed) expect(answer.retryAfterSeconds).to.equal(1)
    }
  })

  it('lets exactly one of sixty through when the wait is over', async () => {
    await tryTimes(5)
    clock.pass(SECOND)
    expect((await tryTimes(60)).filter(({ allowed }) => allowed)).to.have.length(1)
  })

  it('doubles the wait from one second to fifteen minutes', async () => {
    for (let free = 1; free <= 5; free += 1) expect(await tryOnce()).to.deep.equal({ allowed: true })
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
      expect(await tryOnce()).to.deep.equal({ allowed: false, retryAfterSeconds: seconds })
      clock.pass(seconds * SECOND - 1)
      expect(await tryOnce()).to.deep.equal({ allowed: false, retryAfterSeconds: 1 })
      clock.pass(1)
      expect(await tryOnce()).to.deep.equal({ allowed: true })
    }
  })

  it('makes no wait longer for tries that were refused', async () => {
    await tryTimes(100)
    clock.pass(SECOND)
    expect(await tryOnce()).to.deep.equal({ allowed: true })
    expect(await tryOnce()).to.deep.equal({ allowed: false, retryAfterSeconds: 2 })
  })

  it('forgets after a day of quiet and not before', async () => {
    await tryTimes(5)
    clock.pass(DAY - 1)
    expect(await tryOnce()).to.deep.equal({ allowed: true })
    expect(await tryOnce()).to.deep.equal({ allowed: false, retryAfterSeconds: 2 })
    clock.pass(DAY)
    expect((await tryTimes(20)).filter(({ allowed }) => allowed)).to.have.length(5)
  })

  it('forgets one key at once when asked to', async () => {
    const other = signInDelayKey(secrets, 'noah', '192.0.2.7')
    await tryTimes(6)
    for (let times = 0; times < 5; times += 1) await tryOnce(other)
    await withOrganization(fresh.database, organization, (tx) => clearTries(tx, key))
    expect(await tryOnce()).to.deep.equal({ allowed: true })
    expect(await tryOnce(other)).to.have.property('allowed', false)
  })

  it('keeps people and places apart and stores neither', () => {
    const keys = [
      signInDelayKey(secrets, 'mia', '192.0.2.7'),
      signInDelayKey(secrets, 'mia', '192.0.2.8'),
      signInDelayKey(secrets, 'noah', '192.0.2.7'),
      signInDelayKey(secrets, 'mia1', '92.0.2.7'),
    ]
    expect(new Set(keys)).to.have.property('size', 4)
    for (const made of keys) expect(made).to.match(/^[\w-]{43}$/)
  })

  it('removes what is forgotten, a thousand at a time, and nothing else', async () => {
    const forgotten = Array.from({ length: 1200 }, (_, index) => ({
      organization_id: organization,
      key: String(index),
      tries: 9,
      blocked_until: clock.now(),
      forgotten_at: clock.now(),
    }))
    await withOrganization(fresh.database, organization, async ({ sql }) => {
      await sql('sign_in_delays').delete()
      await sql('sign_in_delays').insert(forgotten)
    })
    clock.pass(MINUTE)
    await tryOnce()
    const purged = () => withOrganization(fresh.database, organization, purgeTries)
    expect([await purged(), await purged(), await purged()]).to.deep.equal([1000, 200, 0])
    const left = await withOrganization(fresh.database, organization, (tx) => tx.rows('sign_in_delays'))
    expect(left).to.have.length(1)
  })
})
