import { expect } from 'chai'
import { namesOf, newAccount, verifiedEmail, type Account } from '../../src/accounts/account.ts'
import {
  accountById,
  accountNamed,
  addAccount,
  firstAccounts,
  raiseSecurityEpoch,
} from '../../src/accounts/store.ts'
import { isDuplicate } from '../../src/database/faults.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { openPortal, type Portal } from '../support/portal.ts'

describe('Accounts as they are stored', () => {
  let portal: Portal

  before(async () => {
    portal = await openPortal()
  })
  after(() => portal.close())

  const wati = (change: Partial<Account> = {}) =>
    newAccount({ id: newId(systemRandom, new Date(0)), fullName: 'Wati Rahayu', ...change })
  const adding = async (account: Account, slug = 'harbour'): Promise<unknown> =>
    portal.within(slug, (tx) => addAccount(tx, account)).catch((thrown: unknown) => thrown)

  it('are found by username, by address in any case, and by id, in their organization only', async () => {
    const account = wati({ username: 'wati', email: 'Wati.R@Harbour.example', emailVerifiedAt: new Date(0) })
    await adding(account)
    const found = (slug: string) =>
      portal.within(slug, async (tx) => [
        await accountNamed(tx, { kind: 'username', canonical: 'wati' }),
        await accountNamed(tx, { kind: 'email', canonical: 'wati.r@harbour.example' }),
        await accountById(tx, account.id),
      ])
    expect(await found('harbour')).to.deep.equal([account, account, account])
    expect(await found('summit')).to.deep.equal([null, null, null])
  })

  it('never share a username or an address, whatever its case, within an organization', async () => {
    expect(isDuplicate(await adding(wati({ username: 'mia' })))).to.equal(true)
    expect(isDuplicate(await adding(wati({ email: 'MIA@harbour.Example' })))).to.equal(true)
    expect(await adding(wati({ email: 'mia@harbour.example' }), 'summit')).to.equal(undefined)
  })

  it('may be many with neither', async () => {
    expect(await adding(wati({ id: newId(systemRandom, new Date(1)), username: 'one' }))).to.equal(undefined)
    expect(await adding(wati({ id: newId(systemRandom, new Date(2)), username: 'two' }))).to.equal(undefined)
  })

  it('refuse in the database what no page would store', async () => {
    for (const account of [
      wati({ id: newId(systemRandom, new Date(3)), username: 'Has Spaces' }),
      wati({ id: newId(systemRandom, new Date(4)), username: 'a@b' }),
      wati({ id: newId(systemRandom, new Date(5)), fullName: '' }),
      wati({ id: newId(systemRandom, new Date(6)), role: 'king' as never }),
    ])
      expect(await adding(account)).to.have.property('code', '23514')
    expect(await adding(wati({ email: 'a@b@c.example' }))).to.have.property('message', 'not an email address')
  })

  it('count what must end recoveries begun before', async () => {
    const epoch = () =>
      portal.within('harbour', async (tx) =>
        (await firstAccounts(tx, 1000)).find(({ username }) => username === 'noah'),
      )
    const before = await epoch()
    await portal.within('harbour', (tx) => raiseSecurityEpoch(tx, before?.id ?? ''))
    expect((await epoch())?.securityEpoch).to.equal((before?.securityEpoch ?? 0) + 1)
  })

  it('are reached at a verified address and no other, and known by every name', () => {
    expect(verifiedEmail(wati({ email: 'w@x.example', emailVerifiedAt: new Date() }))).to.equal('w@x.example')
    expect(verifiedEmail(wati({ email: 'w@x.example' }))).to.equal(null)
    expect(namesOf(wati({ username: 'wati', email: 'w@x.example' }))).to.deep.equal([
      'Wati Rahayu',
      'wati',
      'w@x.example',
    ])
    expect(namesOf(wati())).to.deep.equal(['Wati Rahayu'])
  })
})
