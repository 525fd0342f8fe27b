import { expect } from 'chai'
import { newAccount, type Account } from '../../src/accounts/account.ts'
import { peopleOn, type Sought } from '../../src/accounts/people-store.ts'
import { addAccount, renameAccount, saveContact } from '../../src/accounts/store.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { openPortal, type Portal } from '../support/portal.ts'

describe('People of an organization, as they are looked for', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  const add = async (fullName: string, change: Partial<Account> = {}, slug = 'harbour') => {
    const account = newAccount({ id: newId(systemRandom, portal.clock.now()), fullName, ...change })
    await portal.within(slug, (tx) => addAccount(tx, account))
    return account.id
  }
  const page = async (sought: Partial<Sought>, most = 50, slug = 'harbour') =>
    portal.within(slug, (tx) =>
      peopleOn(tx, { group: 'everybody', search: '', after: null, ...sought }, most),
    )
  const named = async (search: string, slug = 'harbour') =>
    (await page({ search }, 50, slug)).people.map(({ fullName }) => fullName)

  it('are found by the beginning of their name, of any word of it, of username and address, in any case and width', async () => {
    await add('Dewi  Kartika-Sari', { username: 'dks', email: 'Boss@lintas.example' })
    for (const search of ['dewi', 'DEWI kart', 'kartika', 'sari', 'Dks', 'boss@', 'ｄｅｗｉ', ' dewi '])
      expect(await named(search), search).to.deep.equal(['Dewi  Kartika-Sari'])
    for (const search of ['ewi', 'dewi sari', 'lintas', 'dewi%', '_ewi'])
      expect(await named(search), search).to.deep.equal([])
  })

  it('are listed whatever they are called', async () => {
    await add('–')
    await add('-')
    expect((await page({})).people.map(({ fullName }) => fullName)).to.include.members(['–', '-'])
  })

  it('are found by any character of a name that is written without spaces', async () => {
    await add('王小明')
    for (const search of ['王', '小明', '明']) expect(await named(search), search).to.deep.equal(['王小明'])
  })

  it('are found once, whatever several names of theirs begin with', async () => {
    await add('Anna Annabel Anning', { username: 'anna', email: 'anna@lintas.example' })
    await add('Annika Lund')
    expect(await named('ann')).to.deep.equal(['Anna Annabel Anning', 'Annika Lund'])
  })

  it('come page by page by their names, each once and none left out, those of the same name too', async () => {
    for (let times = 0; times < 7; times += 1) await add('Same Name')
    for (const search of ['', 's']) {
      const all = (await page({ search })).people.map(({ id }) => id)
      const walked: string[] = []
      for (let more = true; more;) {
        const { people, hasMore } = await page({ search, after: walked.at(-1) ?? null }, 3)
        walked.push(...people.map(({ id }) => id))
        more = hasMore
      }
      expect(all.length, search).to.be.at.least(7)
      expect(walked, search).to.deep.equal(all)
    }
  })

  it('are found by what they are called now', async () => {
    const id = await add('Old Name', { email: 'old@lintas.example', emailVerifiedAt: portal.clock.now() })
    await portal.within('harbour', async (tx) => {
      await renameAccount(tx, id, 'Newer Name')
      await saveContact(tx, id, 'email', {
        value: 'new@lintas.example',
        verifiedAt: tx.now,
        changedAt: tx.now,
      })
    })
    expect(await named('old')).to.deep.equal([])
    expect(await named('newer')).to.deep.equal(['Newer Name'])
    expect(await named('new@')).to.deep.equal(['Newer Name'])
  })

  it('who run the organization, and who are suspended, are listed by themselves', async () => {
    const id = await add('Kept Out', { state: 'suspended' })
    const groups = await Promise.all([page({ group: 'managers' }), page({ group: 'suspended' })])
    expect(groups[0].people.map(({ username }) => username)).to.have.members(['olivia', 'adam'])
    expect(groups[1].people.map((one) => one.id)).to.deep.equal([id])
    expect((await page({ group: 'suspended', after: id })).people).to.deep.equal([])
  })

  it('are nobody of another organization: not by a name, nor by where one of its pages ended', async () => {
    const elsewhere = await add('Zora Elsewhere', {}, 'meadow')
    expect(await named('zora')).to.deep.equal([])
    expect(await named('zora', 'meadow')).to.deep.equal(['Zora Elsewhere'])
    const first = (await page({})).people
    expect((await page({ after: elsewhere })).people).to.deep.equal(first)
  })
})
