import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { createPassword, followLink, getLink, listedRules, NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

/** Document S3, in its order, as Mia of Lantern Platform walks it. */
describe('S3: Mia resets her password within five minutes, and is told what is wrong', () => {
  let portal: Portal
  let mia: Visitor

  before(async () => {
    portal = await openPortal()
    mia = portal.visitor()
  })
  after(() => portal.close())

  it('clicks the question on the sign-in page and is asked for her username or email', async () => {
    const signInPage = await mia.open('/lantern/sign-in')
    const forgot = signInPage.root
      .querySelectorAll('a')
      .find((link) => link.textContent.trim() === 'Forgot password?')
    const page = await mia.open(forgot?.getAttribute('href') ?? '')
    expect(page.heading).to.equal('Forgot your password?')
    expect(page.root.querySelector('label[for=identifier]')?.textContent).to.equal('Username or email')
  })

  it('hears at the field that a username is not correct, and keeps what was typed', async () => {
    const page = await mia.press('Send Reset Link', { identifier: 'miya' })
    expect(page.status).to.equal(422)
    expect(page.address).to.equal('/lantern/recover')
    expect(page.problemsAt('identifier').join()).to.contain('is not correct')
    expect(page.root.querySelector('#identifier')?.getAttribute('value')).to.equal('miya')
  })

  it('leads Nils, who has bound no email, to a page of its own and to his administrator', async () => {
    const nils = portal.visitor()
    await nils.open('/lantern/recover')
    const page = await nils.press('Send Reset Link', { identifier: 'nils' })
    expect(page.status).to.equal(422)
    expect(page.heading).to.equal('No email on this account')
    expect(page.text).to.contain('contact your administrator')
    expect(page.root.querySelector('#identifier'), 'no form here').to.equal(null)
  })

  it('sends nothing to either of them', async () => {
    await portal.deliver()
    expect(portal.mailbox).to.have.length(0)
  })

  it('gets the mail, by her username', async () => {
    const page = await mia.press('Send Reset Link', { identifier: 'mia' })
    expect(page.heading).to.equal('Request received, please check your email')
    expect(page.text).to.contain('The link works for 5 minutes.')
    await portal.deliver()
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['mia@lantern.example'])
    expect(portal.mailbox[0]?.text).to.contain('works for 5 minutes')
  })

  it('finds the link good at 4:59', async () => {
    portal.clock.pass(5 * MINUTE - SECOND)
    const page = await followLink(mia, linkIn(portal.mailbox[0]))
    expect(page.address).to.equal('/lantern/recover/password')
  })

  it('finds the rules that hold wherever a password is chosen here', async () => {
    const adam = portal.visitor()
    await signIn(adam, 'adam', DEMO_PASSWORD, 'lantern')
    const elsewhere = await adam.open('/lantern/account/password')
    expect(listedRules(mia.page)).to.have.length.above(4)
    expect(listedRules(mia.page)).to.deep.equal(listedRules(elsewhere))
  })

  it('sets the new password and, with no authenticator proven, goes on to sign-in', async () => {
    const page = await createPassword(mia)
    expect(page.address).to.equal('/lantern/recover/done')
    expect(page.root.querySelector('main a.button')?.getAttribute('href')).to.equal('/lantern/sign-in')
    expect((await mia.open('/lantern/account')).address).to.equal('/lantern/sign-in')
    expect((await signIn(mia, 'mia', DEMO_PASSWORD, 'lantern')).status).to.equal(422)
    expect((await signIn(mia, 'mia', NEW_PASSWORD, 'lantern')).heading).to.equal('Hello, Mia Tanaka')
  })

  it('refuses a link at 5:01, opened or pressed, and leaves the password alone', async () => {
    const adam = portal.visitor()
    const link = await getLink(portal, adam, 'adam', 'lantern')
    await adam.open(link)
    portal.clock.pass(5 * MINUTE + SECOND)
    const pressed = await adam.press('Continue')
    expect(pressed.status).to.equal(410)
    expect(pressed.heading).to.equal('This link has expired')
    expect((await portal.visitor().open(link)).status).to.equal(410)
    expect((await adam.open('/lantern/recover/password')).address).not.to.equal('/lantern/recover/password')
    expect((await signIn(adam, 'adam', DEMO_PASSWORD, 'lantern')).address).to.equal('/lantern/account')
  })
})
