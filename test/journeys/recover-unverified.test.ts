import { expect } from 'chai'
import { HOUR, MINUTE } from '../../src/platform/clock.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { createPassword, followLink, getLink, NEW_PASSWORD, RINA, signIn, signUp } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

describe('Rina signed up, never verified her address, and asks for a new password', () => {
  let portal: Portal
  let rina: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    rina = portal.visitor()
    await signUp(portal.visitor())
  })
  afterEach(() => portal.close())

  const accepted = () =>
    portal.within('harbour', (tx) => tx.rows('accepted_terms').select('version', 'accepted_at'))

  it('agrees to the terms with her first password, for nobody knows who ticked the box before', async () => {
    const page = await followLink(rina, await getLink(portal, rina, RINA.email))
    expect(page.root.querySelector('.tick label a')?.getAttribute('href')).to.equal(
      'https://harbour.example/terms',
    )
    const without = await createPassword(rina)
    expect(without.status).to.equal(422)
    expect(without.problemsAt('terms')).to.deep.equal(['Agree to the terms of service to go on'])
    expect(without.problemsAt('password')).to.deep.equal([])
    const wrong = await createPassword(rina, 'weak')
    expect([wrong.problemsAt('terms').length, wrong.problemsAt('password').length > 0]).to.deep.equal([
      1,
      true,
    ])
    expect(await accepted()).to.deep.equal([])
    await rina.press('Create Password', { password: NEW_PASSWORD, confirmation: 'Other-Kettle-9?' })
    expect(rina.page.problemsAt('terms'), 'every fault at once').to.have.length(1)

    const done = await createPassword(rina, NEW_PASSWORD, { terms: 'accepted' })
    expect(done.heading).to.equal('Your password is changed')
    expect(await accepted()).to.deep.equal([{ version: '2026-01', accepted_at: portal.clock.now() }])
    expect((await signIn(rina, RINA.email, NEW_PASSWORD)).address).to.equal('/harbour/account')
  })

  it('is asked for them still when she comes back later, and then never again', async () => {
    await followLink(rina, await getLink(portal, rina, RINA.email))
    const later = portal.visitor()
    portal.clock.pass(HOUR)
    const page = await followLink(later, await getLink(portal, later, RINA.email))
    expect(page.root.querySelector('#terms')).not.to.equal(null)
    await createPassword(later, NEW_PASSWORD, { terms: 'accepted' })
    portal.clock.pass(HOUR)
    const again = await followLink(later, await getLink(portal, later, RINA.email))
    expect(again.heading).to.equal('Create a new password')
    expect(again.root.querySelector('#terms')).to.equal(null)
  })

  it('is asked for none where the organization has none, nor is who has an account', async () => {
    const mia = portal.visitor()
    await followLink(mia, await getLink(portal, mia))
    expect(mia.page.root.querySelector('#terms')).to.equal(null)
    await portal.change('harbour', (settings) => ({ ...settings, terms: null }))
    await followLink(rina, await getLink(portal, rina, RINA.email))
    expect((await createPassword(rina)).heading).to.equal('Your password is changed')
    expect(await accepted()).to.deep.equal([])
  })

  it('gets a fresh link by one press when hers ran out, though her mailbox had its share', async () => {
    const link = await getLink(portal, rina, RINA.email)
    await getLink(portal, rina, RINA.email)
    portal.clock.pass(6 * MINUTE)
    const page = await rina.open(link)
    expect([page.status, page.heading]).to.deep.equal([410, 'This link has expired'])
    const before = portal.mailbox.length
    expect((await rina.press('Send a fresh link')).address).to.equal('/harbour/recover/sent')
    await portal.deliver()
    const [fresh, ...others] = portal.mailbox.slice(before)
    expect(others).to.deep.equal([])
    await followLink(rina, linkIn(fresh))
    expect(rina.page.heading).to.equal('Create a new password')
  })
})
