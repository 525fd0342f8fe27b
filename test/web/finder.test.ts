import { expect } from 'chai'
import { openPortal, type Portal } from '../support/portal.ts'
import { withoutOrganization } from '../../src/database/transaction.ts'

describe('The organization finder', () => {
  let portal: Portal

  before(async () => {
    portal = await openPortal({ config: (config) => ({ ...config, environment: 'production' }) })
    await withoutOrganization(portal.store.database, async ({ sql }) => {
      await sql('organizations').where({ slug: 'acme' }).update({ state: 'suspended' })
    })
  })
  after(() => portal.close())

  const find = (typed: string) => portal.visitor().send('GET', `/?organization=${encodeURIComponent(typed)}`)

  it('asks for the name, and lists nobody', async () => {
    const page = await portal.visitor().open('/')
    expect(page.status).to.equal(200)
    expect(page.root.querySelector('input[name=organization]')).not.to.equal(null)
    expect(page.text.toLowerCase()).not.to.match(/summit|lantern|meadow/)
  })

  it('leads to the sign-in page of the one that is named, in any case', async () => {
    for (const typed of ['harbour', ' Harbour ', 'HARBOUR']) {
      const answer = await find(typed)
      expect([answer.status, answer.location]).to.deep.equal([303, '/harbour/sign-in'])
    }
  })

  it('says that a name is not known, or missing, and keeps what was typed', async () => {
    const unknown = await find('harbor <b>')
    expect(unknown.status).to.equal(422)
    expect(unknown.problemsAt('organization')).to.have.length(1)
    expect(unknown.root.querySelector('#organization')?.getAttribute('value')).to.equal('harbor <b>')
    const missing = await find(' ')
    expect(missing.status).to.equal(422)
    expect(missing.problemsAt('organization')).not.to.deep.equal(unknown.problemsAt('organization'))
  })

  it('does not know a suspended one, a reserved word or another’s address', async () => {
    for (const typed of ['acme', 'demo', 'assets', '//evil.example', 'harbour/../summit', '\0'])
      expect((await find(typed)).status, typed).to.equal(422)
    const repeated = await portal.visitor().send('GET', '/?organization=harbour&organization=summit')
    expect(repeated.status).to.equal(422)
  })
})
