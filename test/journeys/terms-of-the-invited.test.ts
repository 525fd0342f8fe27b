import { expect } from 'chai'
import { handOut, invite } from '../support/people.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { createPassword, followLink, NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const SARI = 'sari@lintas.example'
const MISSING = ['Agree to the terms of service to go on']

describe('Who was let in by the organization agrees to its terms with their first password', () => {
  let portal: Portal
  let sari: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    sari = portal.visitor()
  })
  afterEach(() => portal.close())

  const accepted = () =>
    portal.within('harbour', (tx) => tx.rows('accepted_terms').select('version', 'accepted_at'))
  const hasBox = (page: Page) => page.root.querySelector('#terms') !== null

  it('by an invitation: the box is asked for with every other fault, and the version is kept', async () => {
    const page = await followLink(sari, await invite(portal, 'harbour', SARI))
    expect(page.root.querySelector('.tick label a')?.getAttribute('href')).to.equal(
      'https://harbour.example/terms',
    )
    const wrong = await createPassword(sari, 'weak')
    expect([wrong.status, wrong.problemsAt('terms')]).to.deep.equal([422, MISSING])
    expect(wrong.problemsAt('password')).to.not.deep.equal([])
    expect(await accepted()).to.deep.equal([])
    await createPassword(sari, NEW_PASSWORD, { terms: 'accepted' })
    expect(await accepted()).to.deep.equal([{ version: '2026-01', accepted_at: portal.clock.now() }])
    expect((await signIn(sari, SARI, NEW_PASSWORD)).address).to.equal('/harbour/account')
  })

  it('by an initial password: the same, and what was ticked stays ticked', async () => {
    const page = await signIn(sari, 'sari', await handOut(portal, 'sari', 'harbour'))
    expect(hasBox(page)).to.equal(true)
    const without = await createPassword(sari)
    expect([without.status, without.problemsAt('terms')]).to.deep.equal([422, MISSING])
    expect(without.problemsAt('password')).to.deep.equal([])
    const differing = await sari.press('Create Password', { password: NEW_PASSWORD, confirmation: 'other' })
    expect(differing.problemsAt('terms'), 'every fault at once').to.deep.equal(MISSING)
    const weak = await createPassword(sari, 'weak', { terms: 'accepted' })
    expect(weak.problemsAt('terms')).to.deep.equal([])
    expect(weak.root.querySelector('#terms')?.hasAttribute('checked')).to.equal(true)
    expect(await accepted()).to.deep.equal([])
    const home = await createPassword(sari, NEW_PASSWORD, { terms: 'accepted' })
    expect(home.address).to.equal('/harbour/account/add-email')
    expect(await accepted()).to.deep.equal([{ version: '2026-01', accepted_at: portal.clock.now() }])
  })

  it('is asked for none where the organization has none', async () => {
    await portal.change('harbour', (settings) => ({ ...settings, terms: null }))
    expect(hasBox(await followLink(sari, await invite(portal, 'harbour', SARI)))).to.equal(false)
    await createPassword(sari)
    const tono = portal.visitor()
    expect(hasBox(await signIn(tono, 'tono', await handOut(portal, 'tono', 'harbour')))).to.equal(false)
    expect((await createPassword(tono)).address).to.equal('/harbour/account/add-email')
    expect(await accepted()).to.deep.equal([])
  })
})
