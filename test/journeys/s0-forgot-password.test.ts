import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import type { Visitor } from '../support/visitor.ts'

/** Document S0, in its order, as Mia of Harbour Cloud walks it. */
describe('S0: Mia forgot her password and recovers it by an emailed link', () => {
  let portal: Portal
  let mia: Visitor

  before(async () => {
    portal = await openPortal()
    mia = portal.visitor()
  })
  after(() => portal.close())

  it('presses "Forgot password?" on the sign-in page', async () => {
    const signIn = await mia.open('/harbour/sign-in')
    const forgot = signIn.root
      .querySelectorAll('a')
      .find((link) => link.textContent.trim() === 'Forgot password?')
    const page = await mia.open(forgot?.getAttribute('href') ?? '')
    expect(page.status).to.equal(200)
    expect(page.heading).to.equal('Forgot your password?')
  })

  it('fills in her email and submits it', async () => {
    const page = await mia.press('Send Reset Link', { identifier: 'Mia@Harbour.example ' })
    expect(page.address).to.equal('/harbour/recover/sent')
  })

  it('is told that the request succeeded and to check her email', () => {
    expect(mia.page.heading).to.equal('Request received, please check your email')
    expect(mia.page.text).to.contain('The link works for 5 minutes.')
  })

  it('gets a mail with a "Reset Password" button and the same link as text', async () => {
    await portal.deliver()
    const [mail] = portal.mailbox
    expect(portal.mailbox).to.have.length(1)
    expect(mail?.to).to.equal('mia@harbour.example')
    expect(mail?.subject).to.equal('Reset your password for Harbour Cloud')
    expect(mail?.html).to.contain('Reset Password')
    expect(mail?.html.split(linkIn(mail)), 'the link stands in the button and as text').to.have.length.above(
      2,
    )
  })

  it('opens the link, which asks for one more press', async () => {
    const page = await mia.open(linkIn(portal.mailbox[0]))
    expect(page.status).to.equal(200)
    await mia.press('Continue')
    expect(mia.page.address).to.equal('/harbour/recover/password')
  })

  it('is warned about each rule that a new password breaks, a missing symbol among them', async () => {
    const page = await mia.press('Create Password', { password: 'Travel9lamp', confirmation: 'Travel9lamp' })
    expect(page.status).to.equal(422)
    expect(page.problemsAt('password')).to.deep.equal(['The password must include a symbol'])
  })

  it('cannot take the password she had before', async () => {
    const page = await mia.press('Create Password', { password: DEMO_PASSWORD, confirmation: DEMO_PASSWORD })
    expect(page.status).to.equal(422)
    expect(page.problemsAt('password')).to.deep.equal(['The password must not be the one you have now'])
  })

  it('must type the new password twice alike', async () => {
    const page = await mia.press('Create Password', {
      password: 'Tr4vel-Lamp!9',
      confirmation: 'Tr4vel-Lamp!8',
    })
    expect(page.problemsAt('confirmation')).to.have.length(1)
  })

  it('creates a new password', async () => {
    const page = await mia.press('Create Password', {
      password: 'Tr4vel-Lamp!9',
      confirmation: 'Tr4vel-Lamp!9',
    })
    expect(page.address).to.equal('/harbour/recover/done')
    await portal.deliver()
    expect(portal.mailbox.map(({ subject }) => subject).at(-1)).to.equal(
      'Your password for Harbour Cloud was changed',
    )
  })

  it('signs in with the new password, and not with the old one', async () => {
    await mia.open('/harbour/sign-in')
    const refused = await mia.press('Sign in', { identifier: 'mia@harbour.example', password: DEMO_PASSWORD })
    expect(refused.status).to.equal(422)
    const home = await mia.press('Sign in', { identifier: 'mia@harbour.example', password: 'Tr4vel-Lamp!9' })
    expect(home.address).to.equal('/harbour/account')
    expect(home.heading).to.equal('Hello, Mia Tanaka')
  })
})
