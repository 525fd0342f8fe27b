import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { DAY, HOUR, SECOND } from '../../src/platform/clock.ts'
import { changeEmail, getConfirmation } from '../support/contacts.ts'
import { asking } from '../support/desk.ts'
import { enterAtFirst, handOut } from '../support/people.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { askForLink, changeAccount, NEW_PASSWORD, signIn } from '../support/steps.ts'
import { mailsTo, rowsOf } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

describe('attacks: on a first address', () => {
  let portal: Portal
  let mia: Visitor
  let adam: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
    adam = portal.visitor()
  })
  afterEach(() => portal.close())

  it('SE-10: a first address is no way back before 72 hours either', async () => {
    await changeAccount(portal, 'acme', 'mia', {
      email: null,
      email_canonical: null,
      email_verified_at: null,
    })
    const thief = portal.visitor()
    await signIn(thief, 'mia', DEMO_PASSWORD, 'acme')
    await changeEmail(portal, thief, 'thief@elsewhere.example', 'acme')
    portal.clock.pass(72 * HOUR - SECOND)
    await askForLink(portal.visitor(), 'thief@elsewhere.example', 'acme')
    await portal.deliver()
    expect(portal.mailbox.filter(({ text }) => text.includes('/recover/link'))).to.deep.equal([])
  })

  it('SE-10: a first address is confirmed in no browser but one that is signed in to its account', async () => {
    await changeAccount(portal, 'harbour', 'mia', { email_verified_at: null })
    await signIn(mia, 'mia')
    const link = await getConfirmation(portal, mia, 'mia@new.example')
    await signIn(adam, 'adam')
    const stranger = portal.visitor()
    for (const visitor of [stranger, adam]) {
      expect((await visitor.open(link)).heading).to.equal('Sign in here first')
      expect((await visitor.send('POST', link, { csrf: visitor.csrf })).status).to.equal(403)
    }
    expect(await rowsOf(portal, 'harbour', 'mia', 'account_changes')).to.deep.equal([])
  })

  it('AL-09: who found the paper first, and added an address, gets no link when people let the person in', async () => {
    const thief = portal.visitor()
    await enterAtFirst(thief, await handOut(portal))
    await changeEmail(portal, thief, 'thief@elsewhere.example', 'lantern', NEW_PASSWORD)
    const desk = asking(portal, 'lantern')
    await desk.ask(portal.visitor(), 'rani')
    await desk.approve('rani', 'adam')
    await desk.approve('rani', 'olivia')
    portal.clock.pass(DAY)
    await portal.deliver()
    const mails = mailsTo(portal, 'thief@elsewhere.example')
    expect(mails.filter(({ text }) => text.includes('/recover/link?'))).to.deep.equal([])
  })
})
