import { expect } from 'chai'
import { linkIn, openPortal, verificationIn, type Portal } from '../support/portal.ts'
import { listedRules, RINA, RINAS_PASSWORD, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

/** Document S1, in its order, as Rina walks it at Harbour Cloud. */
describe('S1: Rina signs up with her company address', () => {
  let portal: Portal
  let rina: Visitor

  before(async () => {
    portal = await openPortal()
    rina = portal.visitor()
  })
  after(() => portal.close())

  it('finds “Sign Up” on the sign-in page', async () => {
    const { root } = await rina.open('/harbour/sign-in')
    const link = root.querySelectorAll('a').find((one) => one.textContent.trim() === 'Sign Up')
    const page = await rina.open(link?.getAttribute('href') ?? '')
    expect(page.address).to.equal('/harbour/sign-up')
    expect(page.status).to.equal(200)
  })

  it('is asked for her full name, email, password and phone number, and to agree to the terms', () => {
    const { root } = rina.page
    const fields = root
      .querySelectorAll('form input:not([type=hidden])')
      .map((one) => one.getAttribute('name'))
    expect(fields).to.deep.equal(['fullName', 'email', 'password', 'phone', 'terms'])
    const terms = root.querySelector('.tick label a')
    expect(terms?.getAttribute('href')).to.equal('https://harbour.example/terms')
    expect(listedRules(rina.page).join()).to.contain('An uppercase letter').and.to.contain('A symbol')
    expect(rina.page.text).not.to.contain('Not the password you have now')
  })

  it('is told at each field what is missing, all at once', async () => {
    const page = await rina.press('Sign Up')
    expect(page.status).to.equal(422)
    for (const name of ['fullName', 'email', 'password', 'terms'])
      expect(page.problemsAt(name), name).to.have.length(1)
    const halfDone = await rina.press('Sign Up', { email: 'rina@gmail.com', password: 'copper', phone: '12' })
    for (const name of ['fullName', 'email', 'phone', 'terms'])
      expect(halfDone.problemsAt(name), name).to.have.length(1)
    expect(halfDone.problemsAt('password')).to.have.length.above(1)
  })

  it('may use her company’s address only, and hears why', async () => {
    for (const [email, why] of [
      ['rina@gmail.com', 'Mailboxes that anybody can open'],
      ['rina@mail.Yahoo.co.id', 'Mailboxes that anybody can open'],
      ['rina@mailinator.com', 'made to be thrown away'],
      ['rina', 'in full'],
    ] as const) {
      const page = await rina.press('Sign Up', { ...RINA, email })
      expect(page.status).to.equal(422)
      expect(page.problemsAt('email').join(), email).to.contain(why)
    }
  })

  it('is warned of a password that does not match the provisions, for example: must include a symbol', async () => {
    const page = await rina.press('Sign Up', { ...RINA, password: 'CopperKettle77' })
    expect(page.problemsAt('password')).to.deep.equal(['The password must include a symbol'])
    const ofNames = await rina.press('Sign Up', { ...RINA, password: 'Rina-Wulandari-1' })
    expect(ofNames.problemsAt('password').join()).to.contain('without your name, your email')
  })

  it('is asked for a number that can be read, and for the terms; nothing else is lost, but the password', async () => {
    const page = await rina.press('Sign Up', { ...RINA, terms: '', phone: '0812 3456' })
    expect(page.problemsAt('phone').join()).to.contain('country code')
    expect(page.problemsAt('terms')).to.deep.equal(['Agree to the terms of service to go on'])
    const valueOf = (name: string) => page.root.querySelector(`#${name}`)?.getAttribute('value')
    expect([valueOf('fullName'), valueOf('email'), valueOf('phone')]).to.deep.equal([
      'Rina Wulandari',
      'rina@lintas.example',
      '0812 3456',
    ])
    expect(page.body).not.to.contain(RINAS_PASSWORD)
    await portal.deliver()
    expect(portal.mailbox).to.have.length(0)
  })

  it('clicks the box and Sign Up: congratulations, and please check your email', async () => {
    const page = await rina.press('Sign Up', RINA)
    expect(page.address).to.equal('/harbour/sign-up/sent')
    expect(page.text).to.contain(
      'Congratulations! Your account has been created. Please check your email to verify it.',
    )
    expect(page.text).to.contain('spam')
  })

  it('cannot sign in before, and hears why, with an offer of a new mail; others do not', async () => {
    const page = await signIn(rina, RINA.email, RINAS_PASSWORD)
    expect(page.address).to.equal('/harbour/sign-up/unverified')
    expect(page.heading).to.equal('Your email address is not verified yet')
    expect(page.root.querySelectorAll('button').map((one) => one.textContent.trim())).to.include(
      'Send it again',
    )
    expect((await rina.send('GET', '/harbour/account')).location).to.equal('/harbour/sign-in')
    const other = await signIn(portal.visitor(), RINA.email, 'Wrong-Kettle-77?')
    expect(other.text).not.to.contain('verified')
  })

  it('gets one mail, with the button, and the link as text for whom the button cannot be used', async () => {
    await portal.deliver()
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['rina@lintas.example'])
    const [mail] = portal.mailbox
    const link = verificationIn(mail)
    expect(mail?.subject).to.contain('Harbour Cloud')
    expect(mail?.html).to.contain('Verify Your Email Address').and.to.contain(`href="${link}"`)
    expect(mail?.html).to.contain('copy this link into your browser')
    expect(mail?.text).to.contain('24 hours')
    expect(mail?.text).not.to.contain('Rina')
  })

  it('opens the link, which changes nothing, and presses the button: verification successful', async () => {
    const elsewhere = portal.visitor()
    const opened = await elsewhere.open(verificationIn(portal.mailbox[0]))
    expect(opened.text).to.contain('Harbour Cloud').and.to.contain('Firefox')
    expect((await elsewhere.open(verificationIn(portal.mailbox[0]))).status).to.equal(200)
    await rina.open(verificationIn(portal.mailbox[0]))
    const page = await rina.press('Verify Your Email Address')
    expect(page.heading).to.equal('Verification successful.')
    expect(page.root.querySelector('main a.button')?.getAttribute('href')).to.equal('/harbour/sign-in')
  })

  it('can sign in now', async () => {
    const page = await signIn(rina, 'Rina@Lintas.example', RINAS_PASSWORD)
    expect(page.address).to.equal('/harbour/account')
    expect(page.heading).to.equal('Hello, Rina Wulandari')
    expect(page.text).to.contain('Member')
  })

  it('finds the link used, and can recover like everybody', async () => {
    const elsewhere = portal.visitor()
    const used = await elsewhere.open(verificationIn(portal.mailbox[0]))
    expect(used.status).to.equal(410)
    expect(used.heading).to.equal('This address is verified already')
    await elsewhere.open('/harbour/recover')
    await elsewhere.press('Send Reset Link', { identifier: RINA.email })
    await portal.deliver()
    expect(linkIn(portal.mailbox.at(-1))).to.contain('/harbour/recover/link?token=')
    expect(portal.texts, 'no text is sent to a number that nobody confirmed').to.have.length(0)
  })
})
