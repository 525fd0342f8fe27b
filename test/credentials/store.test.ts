import { expect } from 'chai'
import {
  addForeignPasswords,
  foreignCosts,
  passwordOf,
  purgeForeignKinds,
  removePassword,
  savePassword,
  upgradePassword,
} from '../../src/credentials/store.ts'
import { withOrganization, withoutOrganization, type Transaction } from '../../src/database/transaction.ts'
import { DAY } from '../../src/platform/clock.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { stoppedClock } from '../support/clock.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { untilWaiting } from '../support/locks.ts'

const [first, second] = ['$argon2id$first', '$argon2id$second']

describe('stored passwords', () => {
  const clock = stoppedClock()
  let fresh: FreshDatabase
  let harbour: string
  let summit: string
  let account: string

  const within = <Result>(organization: string, work: (tx: Transaction) => Promise<Result>) =>
    withOrganization(fresh.database, organization, work)

  async function organization(slug: string): Promise<string> {
    const id = newId(systemRandom, clock.now())
    const row = { id, slug, name: slug, state: 'active', created_at: clock.now() }
    await withoutOrganization(fresh.database, ({ sql }) => sql('organizations').insert(row))
    return id
  }

  before(async () => {
    fresh = await freshDatabase({ clock })
    harbour = await organization('harbour')
    summit = await organization('summit')
  })
  after(() => fresh.close())

  beforeEach(async () => {
    account = newId(systemRandom, clock.now())
    const row = {
      id: account,
      full_name: 'Mia',
      role: 'member',
      state: 'active',
      security_epoch: 0,
      created_at: clock.now(),
    }
    await within(harbour, (tx) => tx.insert('accounts', row))
  })

  it('EN-03: a kind of hash is not forgotten while somebody who has one is being brought over', async () => {
    const foreign = { accountId: account, hash: `$2b$06$${'a'.repeat(53)}`, kind: 'bcrypt', work: 64 }
    await within(harbour, async (tx) => {
      await addForeignPasswords(tx, [foreign])
      await removePassword(tx, account)
    })
    const purged = await within(harbour, async (tx) => {
      await addForeignPasswords(tx, [foreign])
      const purging = within(harbour, purgeForeignKinds)
      await untilWaiting(tx, 1)
      return { purging }
    })
    expect(await purged.purging).to.equal(0)
    expect(await within(harbour, foreignCosts)).to.deep.equal([{ kind: 'bcrypt', work: 64 }])
  })

  it('has none at first, then the one last saved with its time', async () => {
    expect(await within(harbour, (tx) => passwordOf(tx, account))).to.equal(null)
    await within(harbour, (tx) => savePassword(tx, account, first))
    expect(await within(harbour, (tx) => passwordOf(tx, account))).to.deep.equal({
      hash: first,
      setAt: clock.now(),
    })
    clock.pass(DAY)
    await within(harbour, (tx) => savePassword(tx, account, second))
    expect(await within(harbour, (tx) => passwordOf(tx, account))).to.deep.equal({
      hash: second,
      setAt: clock.now(),
    })
  })

  it('is upgraded without a new date, and only while it is the one that was verified', async () => {
    await within(harbour, (tx) => savePassword(tx, account, first))
    const setAt = clock.now()
    clock.pass(DAY)
    expect(await within(harbour, (tx) => upgradePassword(tx, account, first, second))).to.equal(true)
    expect(await within(harbour, (tx) => upgradePassword(tx, account, first, '$argon2id$late'))).to.equal(
      false,
    )
    expect(await within(harbour, (tx) => passwordOf(tx, account))).to.deep.equal({ hash: second, setAt })
  })

  it('is neither seen nor changed from another organization', async () => {
    await within(harbour, (tx) => savePassword(tx, account, first))
    expect(await within(summit, (tx) => passwordOf(tx, account))).to.equal(null)
    expect(await within(summit, (tx) => upgradePassword(tx, account, first, second))).to.equal(false)
    const planted = await within(summit, (tx) => savePassword(tx, account, second)).catch(
      (error: unknown) => error,
    )
    expect(planted).to.have.property('code', '23503')
    expect((await within(harbour, (tx) => passwordOf(tx, account)))?.hash).to.equal(first)
  })

  it('refuses to store what is no argon2id hash', async () => {
    const plain = await within(harbour, (tx) => savePassword(tx, account, 'Tr4vel-Lamp!9')).catch(
      (error: unknown) => error,
    )
    expect(plain).to.have.property('code', '23514')
  })
})
