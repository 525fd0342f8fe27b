import { expect } from 'chai'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { codeOfApp, isSignedIn, signIn, wrongCodeOfApp } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const [RECOVERY_CODE = '', LAST_RECOVERY_CODE = ''] = DEMO_AUTHENTICATOR.recoveryCodes

describe('Signs in with an authenticator, with a recovery code', () => {
  let portal: Portal
  let noah: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    noah = portal.visitor()
  })
  afterEach(() => portal.close())

  const code = () => codeOfApp(portal.clock.now())
  const signInHalfWay = () => signIn(noah, 'noah')
  const said = (page: Page) => page.root.querySelector('main [role=status]')?.textContent ?? ''
  /** Presses the link with these words. */
  const follow = (words: string) => {
    const link = noah.page.root.querySelectorAll('main a').find((one) => one.textContent.trim() === words)
    if (!link) throw new Error(`no link "${words}" at ${noah.page.address}`)
    return noah.open(link.getAttribute('href') ?? '')
  }

  it('asks for the code after the right password only, in a field that phones fill in', async () => {
    const refused = await signIn(noah, 'noah', 'Not-The-Password-1')
    expect(refused.text).to.contain('This did not match.').and.to.not.contain('authenticator')
    const page = await signInHalfWay()
    expect(page.address).to.equal('/harbour/sign-in/authenticator')
    expect(page.heading).to.equal('One more step')
    const field = page.root.querySelector('#code')
    expect(field?.getAttribute('inputmode')).to.equal('numeric')
    expect(field?.getAttribute('autocomplete')).to.equal('one-time-code')
    expect(await isSignedIn(noah, 'harbour')).to.equal(false)
  })

  it('lets him in with the code, pasted with spaces, and knows his browser only then', async () => {
    await signInHalfWay()
    expect([...noah.cookies.keys()].filter((name) => /session|device/.test(name))).to.deep.equal([])
    const home = await noah.press('Sign in', { code: ` ${code().slice(0, 3)} ${code().slice(3)} ` })
    expect(home.heading).to.equal('Hello, Noah Lindqvist')
    expect(noah.cookies.has('latchkey-device.harbour')).to.equal(true)
    expect(noah.cookies.has('latchkey-half.harbour')).to.equal(false)
    const [event] = await portal.within('harbour', (tx) =>
      tx
        .rows<{ organization_id: string; kind: string; detail: object }>('audit_events')
        .where('kind', 'sign-in.succeeded'),
    )
    expect(event?.detail).to.deep.equal({ factors: 'password, authenticator' })
  })

  it('says what is wrong with a wrong code, keeps it to itself, and takes the next right one', async () => {
    await signInHalfWay()
    const wrong = wrongCodeOfApp(portal.clock.now())
    const refused = await noah.press('Sign in', { code: wrong })
    expect(refused.status).to.equal(422)
    expect(refused.problemsAt('code').join()).to.contain('This code is not right')
    expect(refused.body).to.not.contain(wrong)
    const empty = await noah.press('Sign in', { code: '' })
    expect(empty.problemsAt('code')).to.deep.equal(['Enter the code from your app, or a recovery code'])
    expect((await noah.press('Sign in', { code: code() })).address).to.equal('/harbour/account')
  })

  it('takes a recovery code instead, says how many are left, and warns before the last one', async () => {
    await signInHalfWay()
    const page = await follow('Use a recovery code instead')
    expect(page.root.querySelector('#code')?.hasAttribute('inputmode'), 'letters too').to.equal(false)
    expect(page.text).to.not.contain('last recovery code')
    const refused = await noah.press('Sign in', { code: RECOVERY_CODE.replace('2', '4') })
    expect(refused.root.querySelector('label[for=code]')?.textContent, 'the same field again').to.equal(
      'Recovery code',
    )
    const home = await noah.press('Sign in', { code: RECOVERY_CODE.toUpperCase().replaceAll('-', ' ') })
    expect(home.address).to.equal('/harbour/account')
    expect(said(home)).to.equal('You used a recovery code. You have one left.')
    expect(said(await noah.open('/harbour/account')), 'once').to.equal('')

    noah = portal.visitor()
    await signInHalfWay()
    const warned = await follow('Use a recovery code instead')
    expect(warned.text).to.contain('This is your last recovery code.')
    await noah.press('Sign in', { code: RECOVERY_CODE })
    expect(noah.page.status, 'it is spent').to.equal(422)
    expect(said(await noah.press('Sign in', { code: LAST_RECOVERY_CODE }))).to.contain(
      'That was your last recovery code.',
    )

    noah = portal.visitor()
    const none = await signInHalfWay()
    expect(none.text).to.contain('You have no recovery codes left.').and.to.not.contain('Use a recovery code')
    expect((await noah.open('/harbour/sign-in/authenticator?with=recovery-code')).text).to.contain(
      'Code from your app',
    )
    expect((await noah.press('Sign in', { code: code() })).address).to.equal('/harbour/account')
  })

  it('takes a recovery code in the field for the app too', async () => {
    await signInHalfWay()
    expect((await noah.press('Sign in', { code: RECOVERY_CODE })).address).to.equal('/harbour/account')
  })

  it('tells on the form when to come back after five wrong codes and each one after, and lets him in then', async () => {
    await signInHalfWay()
    for (let wrong = 0; wrong < 5; wrong += 1)
      expect((await noah.press('Sign in', { code: wrongCodeOfApp(portal.clock.now()) })).status).to.equal(422)
    const paused = await noah.press('Sign in', { code: code() })
    expect([paused.status, paused.headers['retry-after']]).to.deep.equal([429, '900'])
    expect(paused.text).to.contain('You can try again in 15 minutes.')
    expect(paused.root.querySelector('#code'), 'the form is still there').to.not.equal(null)
    for (const minutes of [15, 30, 60, 120]) {
      portal.clock.pass(minutes * MINUTE)
      await signInHalfWay()
      await noah.press('Sign in', { code: wrongCodeOfApp(portal.clock.now()) })
    }
    expect((await noah.press('Sign in', { code: code() })).text).to.contain('You can try again in 4 hours.')
    portal.clock.pass(4 * HOUR)
    await signInHalfWay()
    expect((await noah.press('Sign in', { code: code() })).address).to.equal('/harbour/account')
  })

  it('starts again at the password, by his choice, after ten minutes, or without a sign-in at all', async () => {
    await signInHalfWay()
    expect((await follow('Start again')).heading).to.equal('Sign in')
    await signInHalfWay()
    portal.clock.pass(10 * MINUTE - SECOND)
    expect((await noah.open('/harbour/sign-in/authenticator')).heading).to.equal('One more step')
    portal.clock.pass(SECOND)
    const late = await noah.press('Sign in', { code: code() })
    expect(late.address).to.equal('/harbour/sign-in')
    expect(said(late)).to.contain('open for too long')
    const never = await portal.visitor().open('/harbour/sign-in/authenticator')
    expect(never.address).to.equal('/harbour/sign-in')
    expect(said(never)).to.equal('')
  })

  it('asks nobody else, and in another organization asks for that one’s code', async () => {
    expect((await signIn(portal.visitor(), 'mia')).address).to.equal('/harbour/account')
    await signInHalfWay()
    expect((await noah.open('/summit/sign-in/authenticator')).address).to.equal('/summit/sign-in')
    await signIn(noah, 'noah', DEMO_PASSWORD, 'summit')
    expect((await noah.press('Sign in', { code: code() })).address).to.equal('/summit/account')
    await noah.open('/harbour/sign-in/authenticator')
    expect((await noah.press('Sign in', { code: code() })).address, 'its own steps').to.equal(
      '/harbour/account',
    )
  })
})
