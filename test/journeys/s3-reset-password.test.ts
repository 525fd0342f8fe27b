import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  codeOfApp,
  createPassword,
  followLink,
  getLink,
  listedRules,
  NEW_PASSWORD,
  signIn,
  wrongCodeOfApp,
} from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

/** Document S3, in its order, as Mia of Lantern Platform walks it. */
describe('S3: Mia resets her password within five minutes, and is told what is wrong', () => {
  let portal: Portal
  let mia: Visitor
  let key = ''
  let codes: string[] = []

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

  it('finds the link good at 4:59, and is asked for the second lock first', async () => {
    portal.clock.pass(5 * MINUTE - SECOND)
    const page = await followLink(mia, linkIn(portal.mailbox[0]))
    expect(page.address).to.equal('/lantern/recover/enrol')
    expect(page.heading).to.equal('Set up your authenticator app')
    const early = await mia.open('/lantern/recover/password')
    expect(early.address, 'no way round it').to.equal('/lantern/recover/enrol')
  })

  it('sees the key as a picture, in groups of four and as a link, the same each time', async () => {
    const { page } = mia
    expect(page.root.querySelector('svg.qr title')?.textContent).to.contain('QR code')
    key = (page.root.querySelector('code.key')?.textContent ?? '').replaceAll(' ', '')
    expect(key).to.match(/^[A-Z2-7]{32}$/)
    const link = page.root.querySelector('a[href^="otpauth:"]')?.getAttribute('href') ?? ''
    expect(new URL(link).searchParams.get('secret')).to.equal(key)
    expect(link).to.contain('Lantern')
    expect((await mia.open('/lantern/recover/enrol')).root.querySelector('code.key')?.textContent).to.equal(
      page.root.querySelector('code.key')?.textContent,
    )
  })

  it('is told when the code is not that of the key, and goes on with the right one', async () => {
    const wrong = await mia.press('Continue', { code: wrongCodeOfApp(portal.clock.now(), key) })
    expect(wrong.status).to.equal(422)
    expect(wrong.problemsAt('code').join()).to.contain('not the code of this key')
    const page = await mia.press('Continue', { code: codeOfApp(portal.clock.now(), key) })
    expect(page.address).to.equal('/lantern/recover/recovery-codes')
  })

  it('gets ten recovery codes, to keep, and types one back', async () => {
    codes = mia.page.root.querySelectorAll('.codes code').map((code) => code.textContent)
    expect(new Set(codes).size).to.equal(10)
    const download = mia.page.root.querySelector('a[download]')?.getAttribute('href') ?? ''
    for (const code of codes) expect(decodeURIComponent(download)).to.contain(code)
    const other = await mia.press('Continue', { code: '00000-00000-00000-00000-000000' })
    expect(other.problemsAt('code').join()).to.contain('none of the codes above')
    const page = await mia.press('Continue', { code: codes[3]?.toUpperCase().replaceAll('-', ' ') ?? '' })
    expect(page.address).to.equal('/lantern/recover/password')
  })

  it('has changed nothing so far: the old password still signs in, without a second lock', async () => {
    const elsewhere = portal.visitor()
    expect((await signIn(elsewhere, 'mia', DEMO_PASSWORD, 'lantern')).address).to.equal('/lantern/account')
  })

  it('finds the rules that hold wherever a password is chosen here', async () => {
    const adam = portal.visitor()
    await signIn(adam, 'adam', DEMO_PASSWORD, 'lantern')
    const elsewhere = await adam.open('/lantern/account/password')
    expect(listedRules(mia.page)).to.have.length.above(4)
    expect(listedRules(mia.page)).to.deep.equal(listedRules(elsewhere))
  })

  it('sets the new password, binds the authenticator with it, and is straight home', async () => {
    const page = await createPassword(mia)
    expect(page.address).to.equal('/lantern/account')
    expect(page.heading).to.equal('Hello, Mia Tanaka')
    expect(page.text).to.contain('Your password is changed, and you are signed in.')
    await portal.deliver()
    expect(portal.mailbox.at(-1)?.text).to.contain('An authenticator app was set up with it.')
  })

  it('signs in elsewhere with the new password and the app; the code that set it up is spent', async () => {
    const elsewhere = portal.visitor()
    expect((await signIn(elsewhere, 'mia', DEMO_PASSWORD, 'lantern')).status).to.equal(422)
    const asked = await signIn(elsewhere, 'mia', NEW_PASSWORD, 'lantern')
    expect(asked.address).to.equal('/lantern/sign-in/authenticator')
    const spent = await elsewhere.press('Sign in', { code: codeOfApp(portal.clock.now(), key) })
    expect(spent.status, 'TO-02').to.equal(422)
    portal.clock.pass(30 * SECOND)
    const home = await elsewhere.press('Sign in', { code: codeOfApp(portal.clock.now(), key) })
    expect(home.heading).to.equal('Hello, Mia Tanaka')
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
