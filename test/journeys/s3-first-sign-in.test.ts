import { expect } from 'chai'
import { HOUR } from '../../src/platform/clock.ts'
import { confirmationIn, confirmEmail } from '../support/contacts.ts'
import { handOut } from '../support/people.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { createPassword, NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

/** The first lines of document S3, in their order, as Rani of Lantern Platform walks them. */
describe('S3: an administrator creates Rani, who changes the password and fills in her email address', () => {
  let portal: Portal
  let rani: Visitor
  let initial = ''

  before(async () => {
    portal = await openPortal()
    rani = portal.visitor()
  })
  after(() => portal.close())

  it('“it sets a username and password for him”: Adam gets an initial password to hand over', async () => {
    initial = await handOut(portal)
    expect(initial).to.match(/^\w{4}-\w{4}-\w{4}-\w{4}$/)
  })

  it('without an address, can only contact the administrator who forgets the password', async () => {
    await rani.open('/lantern/recover')
    const page = await rani.press('Send Reset Link', { identifier: 'rani' })
    expect(page.heading).to.equal('No email on this account')
    expect(page.text).to.contain('contact your administrator')
  })

  it('“after the user logs in … change the password”: is led to her own one at once', async () => {
    expect((await signIn(rani, 'rani', initial, 'lantern')).heading).to.equal('Choose your own password')
    const page = await createPassword(rani)
    expect(page.heading).to.equal('Add your email address')
  })

  it('may skip the address, and finds that she has no way back in', async () => {
    const home = await rani.open(
      rani.page.root.querySelector('.others a')?.getAttribute('href') ?? 'no link to skip it',
    )
    expect(home.heading).to.equal('Hello, Rani Putri')
    expect(home.text).to.contain('You have no way back in now.')
  })

  it('“fill in the email address”: keeps what was typed when it is none, at its field', async () => {
    await rani.open('/lantern/account/add-email')
    const page = await rani.press('Save', { email: 'rani at lintas', currentPassword: NEW_PASSWORD })
    expect([page.status, page.address]).to.deep.equal([422, '/lantern/account/add-email'])
    expect(page.heading, 'on the page that asked').to.equal('Add your email address')
    expect(page.problemsAt('email')).to.have.length(1)
    expect(page.root.querySelector('#email')?.getAttribute('value')).to.equal('rani at lintas')
  })

  it('fills it in, and it counts when she has pressed the button in the mail', async () => {
    await rani.open('/lantern/account/add-email')
    const page = await rani.press('Save', {
      email: 'rani@lintas.example',
      currentPassword: NEW_PASSWORD,
    })
    expect(page.address).to.equal('/lantern/account/profile')
    expect(page.text).to.contain('on its way')
    await portal.deliver()
    const mail = portal.mailbox.find(({ to }) => to === 'rani@lintas.example')
    expect((await rani.open('/lantern/account')).text).to.contain('You have no way back in now.')
    await confirmEmail(rani, confirmationIn(mail))
    expect((await rani.open('/lantern/account')).text).to.contain('rani@lintas.example')
    expect((await rani.open('/lantern/account/add-email')).address, 'asked once').to.equal('/lantern/account')
  })

  it('has a way back in three days later, and home says from when: a link of five minutes to that address', async () => {
    const elsewhere = portal.visitor()
    expect((await rani.open('/lantern/account')).text).to.contain('It lets you back in from March 5, 2026')
    portal.clock.pass(72 * HOUR)
    await elsewhere.open('/lantern/recover')
    await elsewhere.press('Send Reset Link', { identifier: 'rani' })
    await portal.deliver()
    const mail = portal.mailbox.at(-1)
    expect(mail?.to).to.equal('rani@lintas.example')
    expect((await elsewhere.open(linkIn(mail))).heading).to.equal('Reset your password')
  })

  it('signs in by the address as well, with her own password', async () => {
    const elsewhere = portal.visitor()
    const home = await signIn(elsewhere, 'rani@lintas.example', NEW_PASSWORD, 'lantern')
    expect(home.heading).to.equal('Hello, Rani Putri')
  })
})
