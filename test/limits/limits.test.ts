import { expect } from 'chai'
import { openDatabase } from '../../src/database/connect.ts'
import { withoutOrganization, type SystemTransaction } from '../../src/database/transaction.ts'
import { createLimits, purgeLimits, type Limits } from '../../src/limits/limits.ts'
import { loadConfig } from '../../src/platform/config.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { createSecrets, type SecretKey } from '../../src/platform/secrets.ts'
import { Unavailable } from '../../src/platform/unavailable.ts'
import { stoppedClock } from '../support/clock.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const key = (id: string): SecretKey => ({ id, bytes: systemRandom.bytes(32) })
const oldKey = key('first')
const secrets = createSecrets([oldKey], systemRandom)
const allowances = loadConfig({
  NODE_ENV: 'test',
  SECRET_KEYS: `test:${oldKey.bytes.toString('base64')}`,
}).limits
const ADDRESS = '192.0.2.7'
/** Ten in ten minutes. */
const RULE = 'recovery-requests-per-address'

describe('limits', () => {
  const clock = stoppedClock()
  let fresh: FreshDatabase
  let limits: Limits

  const rows = () =>
    withoutOrganization(fresh.database, ({ sql }) => sql<{ key: string; spent: number }>('limits'))
  const spendTimes = (times: number, address = ADDRESS) =>
    Promise.all(Array.from({ length: times }, () => limits.spend(RULE, 'harbour', address)))

  before(async () => {
    fresh = await freshDatabase({ clock })
    limits = createLimits({ database: fresh.database, secrets, allowances })
  })
  after(() => fresh.close())
  beforeEach(() => withoutOrganization(fresh.database, ({ sql }) => sql('limits').delete()))

  it('lets exactly ten of fifty parallel spends through, and tells the rest when to come back', async () => {
    const answers = await spendTimes(50)
    expect(answers.filter(({ allowed }) => allowed)).to.have.length(10)
    for (const answer of answers) {
      if (!answer.allowed) expect(answer.retryAfterSeconds).to.equal(600)
    }
  })

  it('starts the window with the first spend and ends it on the second', async () => {
    await spendTimes(1)
    clock.pass(4 * MINUTE)
    await spendTimes(9)
    expect(await limits.spend(RULE, 'harbour', ADDRESS)).to.deep.equal({
      allowed: false,
      retryAfterSeconds: 360,
    })
    clock.pass(6 * MINUTE - 1)
    expect(await limits.spend(RULE, 'harbour', ADDRESS)).to.deep.equal({
      allowed: false,
      retryAfterSeconds: 1,
    })
    clock.pass(1)
    expect((await spendTimes(11)).filter(({ allowed }) => allowed)).to.have.length(10)
  })

  it('keeps rules, organizations and addresses apart, however their texts run together', async () => {
    await spendTimes(10)
    expect(await limits.spend(RULE, 'harbour', ADDRESS)).to.have.property('allowed', false)
    expect(await limits.spend(RULE, 'summit', ADDRESS)).to.have.property('allowed', true)
    expect(await limits.spend(RULE, `harbour${ADDRESS}`)).to.have.property('allowed', true)
    expect(await limits.spend(RULE, 'harbour', '192.0.2.8')).to.have.property('allowed', true)
    const other = await limits.spend('wrong-tokens-per-address', 'harbour', ADDRESS)
    expect(other).to.have.property('allowed', true)
  })

  it('forgets what was spent under one key only, and not if the transaction is undone', async () => {
    await spendTimes(10)
    await spendTimes(10, '192.0.2.8')
    const forget = (tx: SystemTransaction) => limits.forgetIn(tx, RULE, 'harbour', ADDRESS)
    const undone = withoutOrganization(fresh.database, async (tx) => {
      await forget(tx)
      throw new Error('undone')
    })
    expect(await undone.catch((error: unknown) => (error as Error).message)).to.equal('undone')
    expect(await limits.spend(RULE, 'harbour', ADDRESS)).to.have.property('allowed', false)
    await withoutOrganization(fresh.database, forget)
    expect(await limits.spend(RULE, 'harbour', ADDRESS)).to.have.property('allowed', true)
    expect(await limits.spend(RULE, 'harbour', '192.0.2.8')).to.have.property('allowed', false)
  })

  it('gives back one spend, not the refused ones, and never more than were spent', async () => {
    const giveBack = () => limits.giveBack(RULE, 'harbour', ADDRESS)
    await giveBack()
    await spendTimes(1)
    await Promise.all([giveBack(), giveBack(), giveBack()])
    expect((await spendTimes(20)).filter(({ allowed }) => allowed)).to.have.length(10)
    await giveBack()
    expect((await spendTimes(20)).filter(({ allowed }) => allowed)).to.have.length(1)
  })

  it('counts inside a transaction, and takes it back when the transaction fails', async () => {
    await withoutOrganization(fresh.database, (tx) => limits.spendIn(tx, RULE, 'harbour', ADDRESS))
    await withoutOrganization(fresh.database, async (tx) => {
      await limits.spendIn(tx, RULE, 'harbour', ADDRESS)
      throw new Error('undone')
    }).catch(() => undefined)
    expect((await rows()).map(({ spent }) => spent)).to.deep.equal([1])
  })

  it('counts up to less than the rule allows where less is asked for, and goes on from there', async () => {
    const spendUpTo = (most: number) =>
      withoutOrganization(fresh.database, (tx) => limits.spendUpTo(tx, most, RULE, 'harbour', ADDRESS))
    expect(await spendUpTo(2)).to.deep.equal({ allowed: true, spent: 1, most: 2 })
    expect(await spendUpTo(2)).to.deep.equal({ allowed: true, spent: 2, most: 2 })
    const refused = { allowed: false, retryAfterSeconds: 600, spent: 3, most: 2 }
    expect([await spendUpTo(2), await spendUpTo(2)]).to.deep.equal([refused, refused])
    expect(await spendUpTo(0)).to.include({ allowed: false, spent: 3 })
    expect(await spendUpTo(200)).to.deep.equal({ allowed: true, spent: 4, most: 10 })
  })

  it('keeps what was spent when the work after it fails', async () => {
    await withoutOrganization(fresh.database, async () => {
      await limits.spend(RULE, 'harbour', ADDRESS)
      throw new Error('undone')
    }).catch(() => undefined)
    expect((await rows()).map(({ spent }) => spent)).to.deep.equal([1])
  })

  it('stops counting just above the limit', async () => {
    await spendTimes(30)
    expect((await rows()).map(({ spent }) => spent)).to.deep.equal([11])
  })

  it('stores nothing of what it counts by', async () => {
    await limits.spend('sign-in-failures-per-account', 'harbour', 'mia@harbour.example')
    expect(JSON.stringify(await rows())).to.not.match(/harbour|mia|sign-in/)
  })

  it('goes on counting while a new secret key stands beside the old one', async () => {
    await spendTimes(10)
    const newKey = key('second')
    for (const keys of [
      [oldKey, newKey],
      [newKey, oldKey],
    ]) {
      const rotated = createSecrets(keys, systemRandom)
      const duringRotation = createLimits({ database: fresh.database, secrets: rotated, allowances })
      expect(await duringRotation.spend(RULE, 'harbour', ADDRESS)).to.have.property('allowed', false)
    }
  })

  it('removes windows that are over, a thousand at a time, and no other', async () => {
    const ended = Array.from({ length: 1200 }, (_, index) => ({
      key: String(index),
      spent: 1,
      ends_at: clock.now(),
    }))
    await withoutOrganization(fresh.database, ({ sql }) => sql('limits').insert(ended))
    await spendTimes(1)
    expect(await withoutOrganization(fresh.database, purgeLimits)).to.equal(1000)
    expect(await withoutOrganization(fresh.database, purgeLimits)).to.equal(200)
    expect(await withoutOrganization(fresh.database, purgeLimits)).to.equal(0)
    expect(await rows()).to.have.length(1)
  })

  it('is no yes when the database is away', async () => {
    const away = openDatabase(
      { host: '/nowhere', port: 5432, user: 'nobody', database: 'none' },
      { poolSize: 1, statementTimeoutMs: SECOND, lockTimeoutMs: SECOND },
    )
    const closed = createLimits({ database: away, secrets, allowances })
    const outcomes = await Promise.allSettled([closed.spend(RULE, ADDRESS), closed.giveBack(RULE, ADDRESS)])
    for (const outcome of outcomes) {
      expect(outcome).to.have.property('reason').that.is.instanceOf(Unavailable)
    }
    await away.close()
  })
})
