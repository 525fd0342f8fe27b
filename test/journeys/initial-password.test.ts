import { expect } from 'chai'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { terminal } from '../cli/terminal.ts'
import { enterAtFirst, handOut, initialIn } from '../support/people.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import {
  canSignIn,
  changeAccount,
  createPassword,
  followLink,
  getLink,
  listedRules,
  NEW_PASSWORD,
  RINAS_PASSWORD,
  signIn,
} from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

const HALF_WAY = '/lantern/sign-in/new-password'

describe('An initial password: from the administrator’s hand to a password that only its person knows', () => {
  let portal: Portal
  let rani: Visitor
  let initial: string

  beforeEach(async () => {
    portal = await openPortal()
    initial = await handOut(portal)
    rani = portal.visitor()
  })
  afterEach(() => portal.close())

  it('leads to the choice of an own password, says who made the account, and lists the rules', async () => {
    const page = await signIn(rani, 'rani', initial, 'lantern')
    expect(page.address).to.equal(HALF_WAY)
    expect(page.heading).to.equal('Choose your own password')
    expect(page.text).to.contain('Adam Wirawan made the account rani ready for you on')
    expect(page.text, 'this browser was the first').to.not.contain('first used')
    expect(listedRules(page).join())
      .to.contain('An uppercase letter')
      .and.to.contain('Not the password you have')
  })

  it('opens no session: half-way in, every page of the account leads to sign-in', async () => {
    await signIn(rani, 'rani', initial, 'lantern')
    expect(rani.cookies.has('latchkey-session.lantern')).to.equal(false)
    for (const path of ['', '/password', '/sessions', '/authenticator'])
      expect((await rani.open(`/lantern/account${path}`)).address).to.equal('/lantern/sign-in')
    expect((await rani.open('/lantern/sign-in/authenticator')).address).to.equal('/lantern/sign-in')
  })

  it('is read as people type it: in capitals, with spaces, with look-alikes', async () => {
    const typed = initial.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'l')
    expect((await signIn(rani, 'Rani', typed, 'lantern')).address).to.equal(HALF_WAY)
  })

  it('ends with the choice: in, under a new cookie, and the own password alone signs in from then on', async () => {
    const page = await enterAtFirst(rani, initial)
    expect(page.text).to.contain('Your own password is set.')
    expect(rani.cookies.has('latchkey-half.lantern')).to.equal(false)
    expect((await rani.open('/lantern/account')).heading).to.equal('Hello, Rani Putri')
    expect(await canSignIn(portal, NEW_PASSWORD, 'rani', 'lantern')).to.equal(true)
    const again = await signIn(portal.visitor(), 'rani', initial, 'lantern')
    expect(again.status).to.equal(422)
    expect(again.text)
      .to.contain('your own was chosen')
      .and.to.contain('tell an administrator of Lantern Platform')
  })

  it('tells what is wrong with an own password at its field, and spends nothing on it', async () => {
    await signIn(rani, 'rani', initial, 'lantern')
    const differing = await rani.press('Create Password', { password: 'short', confirmation: 'other' })
    expect(differing.problemsAt('confirmation').join()).to.contain('not the same')
    const weak = await createPassword(rani, 'Rani-Putri-1')
    expect(weak.status).to.equal(422)
    expect(weak.problemsAt('password')).to.have.length.above(0)
    expect(weak.body).to.not.contain('Rani-Putri-1')
    expect((await createPassword(rani)).address).to.equal('/lantern/account/add-email')
  })

  it('is never the own password, however it is written and whatever the organization’s rules are', async () => {
    await portal.change('lantern', (settings) => ({
      ...settings,
      passwords: {
        ...settings.passwords,
        notLast: false,
        upper: false,
        lower: false,
        symbol: false,
        notGuessable: false,
      },
    }))
    await signIn(rani, 'rani', initial, 'lantern')
    for (const same of [initial, initial.replaceAll('-', ''), initial.toUpperCase() + ' ']) {
      const refused = await createPassword(rani, same)
      expect(refused.problemsAt('password').join(), same).to.contain('must not be the one you have now')
    }
  })

  it('may be typed again after the browser was closed, also an hour later, and still leads to the choice', async () => {
    await signIn(rani, 'rani', initial, 'lantern')
    portal.clock.pass(HOUR)
    const late = await createPassword(rani)
    expect(late.address).to.equal('/lantern/sign-in')
    expect(late.text).to.contain('open for too long')
    const page = await signIn(rani, 'rani', initial, 'lantern')
    expect(page.address).to.equal(HALF_WAY)
    expect(page.text, 'it was this browser').to.not.contain('first used')
    expect((await createPassword(rani)).address).to.equal('/lantern/account/add-email')
  })

  it('tells where it was used first, on another browser, and what to do about it', async () => {
    const stranger = portal.visitor('203.0.113.77')
    await signIn(stranger, 'rani', initial, 'lantern')
    portal.clock.pass(HOUR)
    const page = await signIn(rani, 'rani', initial, 'lantern')
    expect(page.text)
      .to.contain('first used on another browser')
      .and.to.contain('Firefox · Linux')
      .and.to.contain('203.0.113.0')
    expect(page.text).to.contain('tell your administrator')
    await signIn(stranger, 'rani', initial, 'lantern')
    const refused = await createPassword(rani, 'short')
    expect(refused.text, 'the first use stays').to.contain('203.0.113.0')
  })

  it('is good until a second before seven days, then not, and who has it is told why', async () => {
    portal.clock.pass(7 * DAY - SECOND)
    expect((await signIn(rani, 'rani', initial, 'lantern')).address).to.equal(HALF_WAY)
    portal.clock.pass(SECOND)
    expect((await createPassword(rani)).address, 'who is half-way may finish').to.equal(
      '/lantern/account/add-email',
    )

    const sari = portal.visitor()
    const hers = await handOut(portal, 'sari')
    portal.clock.pass(7 * DAY)
    const page = await signIn(sari, 'sari', hers, 'lantern')
    expect(page.status).to.equal(422)
    expect(page.text).to.contain('has run out').and.to.contain('Ask an administrator of Lantern Platform')
    const wrong = await signIn(sari, 'sari', '0000-0000-0000-0000', 'lantern')
    expect(wrong.text, 'a wrong one says nothing')
      .to.contain('This did not match')
      .and.to.not.contain('run out')
  })

  it('is replaced by the same command, which puts out whoever is half-way with the one before', async () => {
    await signIn(rani, 'rani', initial, 'lantern')
    const second = await handOut(portal)
    expect((await createPassword(rani)).address).to.equal('/lantern/sign-in')
    expect((await signIn(rani, 'rani', initial, 'lantern')).text).to.contain('This did not match')
    expect((await enterAtFirst(rani, second)).address).to.equal('/lantern/account/add-email')
    const third = await handOut(portal).catch((error: unknown) => error)
    expect(third).to.be.instanceOf(Error).with.property('message').that.contains('is taken')
  })

  it('goes nowhere while the account is suspended, nor does who is half-way', async () => {
    await signIn(rani, 'rani', initial, 'lantern')
    await changeAccount(portal, 'lantern', 'rani', { state: 'suspended' })
    expect((await createPassword(rani)).address).to.equal('/lantern/sign-in')
    const refused = await signIn(rani, 'rani', initial, 'lantern')
    expect(refused.text).to.contain('This did not match')
  })

  it('ends when somebody chooses a password by a recovery meanwhile, and puts out who is half-way', async () => {
    const email = { email: 'rani@lantern.example', email_canonical: 'rani@lantern.example' }
    await changeAccount(portal, 'lantern', 'rani', { ...email, email_verified_at: portal.clock.now() })
    await portal.change('lantern', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, authenticator: 'off' },
    }))
    await signIn(rani, 'rani', initial, 'lantern')
    const elsewhere = portal.visitor()
    await followLink(elsewhere, await getLink(portal, elsewhere, 'rani@lantern.example', 'lantern'))
    await createPassword(elsewhere)
    expect((await createPassword(rani, RINAS_PASSWORD)).address).to.equal('/lantern/sign-in')
    expect((await signIn(rani, 'rani', initial, 'lantern')).text).to.contain('your own was chosen')
    expect(await canSignIn(portal, NEW_PASSWORD, 'rani', 'lantern')).to.equal(true)
  })

  it('leads a second tab, the back button and a form that is sent twice to the account, or to sign-in', async () => {
    await signIn(rani, 'rani', initial, 'lantern')
    const csrf = rani.csrf
    const attempt = rani.page.root.querySelector('input[name=attempt]')?.getAttribute('value') ?? ''
    await createPassword(rani)
    expect((await rani.open(HALF_WAY)).address).to.equal('/lantern/account')
    const fields = { csrf, attempt, password: RINAS_PASSWORD, confirmation: RINAS_PASSWORD }
    const twice = await rani.send('POST', HALF_WAY, fields)
    expect(twice.location).to.equal('/lantern/account')
    expect(await canSignIn(portal, RINAS_PASSWORD, 'rani', 'lantern')).to.equal(false)
    expect((await portal.visitor().open(HALF_WAY)).address).to.equal('/lantern/sign-in')
  })

  it('in a browser that two people share, a tab left open for one sets no password of the other', async () => {
    const his = await handOut(portal, 'tono')
    const hers = await signIn(rani, 'rani', initial, 'lantern')
    const attempt = hers.root.querySelector('input[name=attempt]')?.getAttribute('value') ?? ''
    await signIn(rani, 'tono', his, 'lantern')
    const sent = { attempt, password: NEW_PASSWORD, confirmation: NEW_PASSWORD }
    const page = await rani.press('Create Password', sent)
    expect(page.status).to.equal(422)
    expect(page.text).to.contain('check whose password this is').and.to.contain('the account tono')
    expect((await signIn(portal.visitor(), 'tono', his, 'lantern')).address).to.equal(HALF_WAY)
  })

  it('opens no other organization, and no account of the same name there', async () => {
    const hers = portal.visitor()
    await handOut(portal, 'rani', 'meadow')
    expect((await signIn(hers, 'rani', initial, 'meadow')).status).to.equal(422)
    await signIn(rani, 'rani', initial, 'lantern')
    rani.setCookie('latchkey-half.meadow', rani.cookies.get('latchkey-half.lantern') ?? '')
    expect((await rani.open('/meadow/sign-in/new-password')).address).to.equal('/meadow/sign-in')
  })

  it('says that an administrator made it where the operator did, in nobody’s name', async () => {
    const { said, type } = terminal(portal)
    await type('people', 'create', 'lantern', 'sari')
    const page = await signIn(rani, 'sari', initialIn(said), 'lantern')
    expect(page.text).to.contain('Whoever runs the server made the account sari ready')
    portal.clock.pass(MINUTE)
    await createPassword(rani)
    expect((await rani.open('/lantern/account')).heading).to.equal('Hello, sari')
  })
})
