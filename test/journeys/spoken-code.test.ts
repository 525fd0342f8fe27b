import { expect } from 'chai'
import { DAY, MINUTE } from '../../src/platform/clock.ts'
import { asking, type Desk } from '../support/desk.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import {
  canSignIn,
  changeAccount,
  createPassword,
  NEW_PASSWORD,
  setUpAuthenticator,
  signIn,
} from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

/** Nils of every organization has neither an email address nor a mobile. */
describe('No dead end: who has no address is read a code', () => {
  let portal: Portal
  let nils: Visitor
  let desk: Desk

  beforeEach(async () => {
    portal = await openPortal()
    nils = portal.visitor()
    desk = asking(portal, 'lantern')
  })
  afterEach(() => portal.close())

  it('takes two people, and lets him set up what his organization requires', async () => {
    await desk.ask(nils, 'nils')
    const [way] = nils.page.root.querySelectorAll('a.alone')
    expect(way?.textContent).to.equal('Were you given a code?')
    expect(await desk.approve('nils', 'adam')).to.equal('Approved once. One more person must approve.')
    expect(await desk.approve('nils', 'adam')).to.contain('approved this already')
    const code = await desk.spokenCode('nils', 'olivia')
    expect(code).to.match(/^[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}$/)
    expect(desk.said()).to.contain(`${portal.url}/lantern/recover/spoken-code`)

    await nils.open(way?.getAttribute('href') ?? '')
    const typed = ` ${code.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'l')} `
    const enrol = await nils.press('Continue', { identifier: 'Nils', code: typed })
    expect(enrol.address).to.equal('/lantern/recover/enrol')
    await setUpAuthenticator(portal, nils)
    expect((await createPassword(nils)).address).to.equal('/lantern/account')
    expect(await canSignIn(portal, NEW_PASSWORD, 'nils', 'lantern')).to.equal(true)
    expect(portal.mailbox.every(({ to }) => !to.startsWith('nils'))).to.equal(true)
  })

  it('asks for nothing more where nothing more is required', async () => {
    const harbour = asking(portal, 'harbour')
    await harbour.ask(nils, 'nils')
    const code = await harbour.letIn('nils')
    const password = await enter('harbour', nils, code)
    expect(password.address).to.equal('/harbour/recover/password')
    expect((await createPassword(nils)).address).to.equal('/harbour/recover/done')
    await signIn(nils, 'nils', NEW_PASSWORD)
    expect(nils.page.address).to.equal('/harbour/account')
  })

  it('says what is wrong with the form of a code or a name, and counts no try for that', async () => {
    await desk.ask(nils, 'nils')
    const code = await desk.letIn('nils')
    await nils.open('/lantern/recover/spoken-code')
    expect((await nils.press('Continue', { identifier: 'nils' })).problemsAt('code')).to.deep.equal([
      'Enter the code',
    ])
    for (let typed = 0; typed < 6; typed += 1)
      expect((await enter('lantern', nils, code.slice(1))).problemsAt('code')[0]).to.contain('twelve')
    expect((await enter('lantern', nils, code, 'no body')).problemsAt('identifier')).to.have.length(1)
    expect((await enter('lantern', nils, code)).address).to.equal('/lantern/recover/enrol')
  })

  it('is one code at a time: a new one takes the place of the old', async () => {
    await desk.ask(nils, 'nils')
    const first = await desk.letIn('nils')
    await desk.ask(nils, 'nils')
    const second = await desk.letIn('nils')
    expect((await enter('lantern', nils, first)).status).to.equal(422)
    expect((await enter('lantern', nils, second)).address).to.equal('/lantern/recover/enrol')
  })

  it('is taken back by who may decide, as long as no password was chosen by it', async () => {
    await desk.ask(nils, 'nils')
    const code = await desk.letIn('nils')
    await enter('lantern', nils, code)
    expect(await desk.refuse('nils', 'olivia')).to.equal('Refused.')
    expect((await nils.open('/lantern/recover/enrol')).address).to.equal('/lantern/recover/ended/cancelled')
    expect(await desk.refuse('nils', 'olivia')).to.contain('no such request')
  })

  it('sends nothing to his mobile for three days after that', async () => {
    const summit = asking(portal, 'summit')
    await changeAccount(portal, 'summit', 'nils', {
      phone: '+12125550177',
      phone_verified_at: new Date(0),
      phone_changed_at: new Date(0),
    })
    await summit.ask(nils, 'nils')
    await enter('summit', nils, await summit.letIn('nils'))
    await createPassword(nils)
    const askForText = async () => {
      const visitor = portal.visitor()
      await visitor.open('/summit/recover')
      await visitor.press('Proceed', { identifier: 'nils' })
      await visitor.press('Proceed', { method: 'sms-code' })
      await portal.deliver()
      return portal.texts.length
    }
    expect(await askForText()).to.equal(0)
    portal.clock.pass(3 * DAY)
    expect(await askForText()).to.equal(1)
  })

  it('stands in the way of no other request: links and codes still come while one is out', async () => {
    const acme = asking(portal, 'acme')
    await acme.ask(nils, 'nils')
    await acme.letIn('nils')
    await changeAccount(portal, 'acme', 'nils', {
      email: 'nils@acme.example',
      email_canonical: 'nils@acme.example',
      email_verified_at: new Date(0),
    })
    portal.clock.pass(MINUTE)
    await nils.open('/acme/recover')
    await nils.press('Proceed', { identifier: 'nils' })
    await nils.press('Proceed', { method: 'email-link' })
    await portal.deliver()
    expect(portal.mailbox.at(-1)?.to).to.equal('nils@acme.example')
  })

  it('has the operator for a second where only one person may decide, and nowhere else', async () => {
    await desk.ask(nils, 'nils')
    const asOperator = () => desk.approve('nils', null)
    expect(await asOperator()).to.contain('enough people')
    await changeAccount(portal, 'lantern', 'olivia', { state: 'suspended' })
    expect(await asOperator()).to.contain('One more person')
    expect(await asOperator()).to.contain('approved this already')
    const code = await desk.spokenCode('nils', 'adam')
    expect((await enter('lantern', nils, code)).address).to.equal('/lantern/recover/enrol')
    const actors = await portal.within('lantern', (tx) =>
      tx.rows<{ organization_id: string; kind: string; actor: string }>('audit_events'),
    )
    const approvals = actors.filter(({ kind }) => kind === 'request.approved')
    expect(approvals.map(({ actor }) => actor)).to.have.members(['operator', 'person'])
  })

  async function enter(slug: string, visitor: Visitor, code: string, identifier = 'nils') {
    await visitor.open(`/${slug}/recover/spoken-code`)
    return visitor.press('Continue', { identifier, code })
  }
})
