import { expect } from 'chai'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { codeIn, createPassword, followLink, NEW_PASSWORD, signIn, wrongSmsCode } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

/** Document S2, in its order, as Olivia, owner of Summit Identity, walks it. */
describe('S2: Olivia, who owns Summit Identity, recovers by email or by SMS', () => {
  let portal: Portal
  let olivia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    olivia = portal.visitor()
  })
  afterEach(() => portal.close())

  const identify = async (username = 'olivia', button = 'Proceed') => {
    await olivia.open('/summit/recover')
    return olivia.press(button, { identifier: username })
  }
  const offer = (...methods: string[]) =>
    portal.change('summit', (settings) => ({ ...settings, recovery: { ...settings.recovery, methods } }))

  it('gives her username, and is offered both ways', async () => {
    await olivia.open('/summit/sign-in')
    const page = await identify()
    expect(page.address).to.equal('/summit/recover/choose')
    expect(page.text).to.contain('Send Reset Link').and.to.contain('Send SMS OTP')
    expect(page.body, 'nothing of an address or number before a proof').to.not.match(/olivia@|\+1/)
  })

  it('is told when she chose neither', async () => {
    await identify()
    const page = await olivia.press('Proceed')
    expect(page.status).to.equal(422)
    expect(page.problemsAt('method')).to.deep.equal(['Choose how we reach you'])
  })

  it('by email: the link, the new password, and sign-in', async () => {
    await identify()
    const sent = await olivia.press('Proceed', { method: 'email-link' })
    expect(sent.address).to.equal('/summit/recover/sent')
    await portal.deliver()
    expect(portal.texts).to.have.length(0)
    await followLink(olivia, linkIn(portal.mailbox[0]))
    expect((await createPassword(olivia)).address).to.equal('/summit/recover/done')
    expect((await signIn(olivia, 'olivia', NEW_PASSWORD, 'summit')).heading).to.equal('Hello, Olivia Santoso')
  })

  it('by SMS: the code on the page that asked for it, the new password, and sign-in', async () => {
    await identify()
    const asked = await olivia.press('Proceed', { method: 'sms-code' })
    expect(asked.address).to.equal('/summit/recover/code')
    expect(asked.heading).to.equal('Request received, please check your phone')
    expect(asked.text).to.contain('5 tries left')
    await portal.deliver()
    expect(portal.mailbox).to.have.length(0)
    expect(portal.texts).to.have.length(1)
    const code = codeIn(portal.texts[0])
    const typed = await olivia.press('Continue', { code: `${code.slice(0, 4)} ${code.slice(4)}` })
    expect(typed.address).to.equal('/summit/recover/password')
    expect((await createPassword(olivia)).address).to.equal('/summit/recover/done')
    expect((await signIn(olivia, 'olivia', NEW_PASSWORD, 'summit')).heading).to.equal('Hello, Olivia Santoso')
    await portal.deliver()
    expect(portal.mailbox.at(-1)?.subject).to.contain('was changed')
  })

  for (const [method, button, address] of [
    ['email-link', 'Send Reset Link', '/summit/recover/sent'],
    ['sms-code', 'Send SMS OTP', '/summit/recover/code'],
  ] as const) {
    it(`with ${method} alone the first page’s button says "${button}", and nothing is to choose`, async () => {
      await offer(method)
      expect((await identify('olivia', button)).address).to.equal(address)
    })
  }

  it('waits half a minute for a new code, then a minute, and the newest one works', async () => {
    await identify()
    await olivia.press('Proceed', { method: 'sms-code' })
    await portal.deliver()
    const early = await olivia.press('Send a new code')
    expect([early.status, early.headers['retry-after']]).to.deep.equal([429, '30'])
    expect(early.text).to.contain('You can ask for a new one in 30 seconds.').and.to.not.contain('many tries')
    portal.clock.pass(30 * SECOND)
    expect((await olivia.press('Send a new code')).text).to.contain('We have asked for a new code')
    await portal.deliver()
    expect((await olivia.press('Send a new code')).headers['retry-after']).to.equal('60')
    const [old, fresh] = portal.texts.map(codeIn)
    expect((await olivia.press('Continue', { code: old ?? '' })).text).to.contain('This code is not right')
    expect((await olivia.press('Continue', { code: fresh ?? '' })).address).to.equal(
      '/summit/recover/password',
    )
  })

  it('hears how many tries are left, and that an old code has expired', async () => {
    await identify()
    await olivia.press('Proceed', { method: 'sms-code' })
    await portal.deliver()
    const wrong = await olivia.press('Continue', { code: wrongSmsCode(codeIn(portal.texts[0])) })
    expect(wrong.problemsAt('code')).to.deep.equal(['This code is not right. You have 4 tries left.'])
    expect((await olivia.press('Continue', { code: '123' })).problemsAt('code').join()).to.contain('digits')
    portal.clock.pass(5 * MINUTE)
    const late = await olivia.press('Continue', { code: codeIn(portal.texts[0]) })
    expect(late.problemsAt('code')).to.deep.equal(['This code has expired. Ask for a new one.'])
  })

  it('goes over to email on the way, and the code counts for nothing after that', async () => {
    await identify()
    await olivia.press('Proceed', { method: 'sms-code' })
    await portal.deliver()
    const sent = await olivia.press('Use email instead')
    expect(sent.address).to.equal('/summit/recover/sent')
    expect((await olivia.open('/summit/recover/code')).address).to.equal('/summit/recover/sent')
    await portal.deliver()
    await followLink(olivia, linkIn(portal.mailbox[0]))
    expect((await createPassword(olivia)).address).to.equal('/summit/recover/done')
  })

  it('gets a link instead when her phone cannot be used, and the page says nothing of it', async () => {
    const nils = portal.visitor()
    await nils.open('/summit/recover')
    await nils.press('Proceed', { identifier: 'nils' })
    await nils.press('Proceed', { method: 'sms-code' })
    await identify()
    await portal.change('summit', (settings) => ({
      ...settings,
      sms: { ...settings.sms, countries: ['ID'] },
    }))
    const page = await olivia.press('Proceed', { method: 'sms-code' })
    await portal.deliver()
    expect(page.text).to.equal(nils.page.text)
    expect(portal.texts).to.have.length(0)
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['olivia@summit.example'])
    expect(portal.mailbox[0]?.text).to.contain('could not be sent to your phone')
    const elsewhere = portal.visitor()
    await followLink(elsewhere, linkIn(portal.mailbox[0]))
    expect((await createPassword(elsewhere)).address).to.equal('/summit/recover/done')
  })

  it('is still asked for her authenticator after a code, where the organization asks for one (OT-15)', async () => {
    await portal.change('summit', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, authenticator: 'challenge' },
    }))
    await identify(DEMO_AUTHENTICATOR.username)
    await olivia.press('Proceed', { method: 'sms-code' })
    await portal.deliver()
    const page = await olivia.press('Continue', { code: codeIn(portal.texts[0]) })
    expect(page.address).to.equal('/summit/recover/authenticator')
    expect(page.text).to.contain('Use a recovery code instead')
    const other = await olivia.open('/summit/recover/authenticator?with=recovery-code')
    expect(other.text).to.not.contain('This is your last recovery code')
    const proven = await olivia.press('Continue', { code: DEMO_AUTHENTICATOR.recoveryCodes[0] ?? '' })
    expect(proven.address).to.equal('/summit/recover/password')
    expect(proven.text).to.contain('You used a recovery code. You have one left.')
    expect((await createPassword(olivia)).address, 'a recovery code never leads straight home').to.equal(
      '/summit/recover/done',
    )
  })

  it('is warned before her last recovery code, and told where there is none', async () => {
    await portal.change('summit', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, authenticator: 'challenge', methods: ['sms-code'] },
    }))
    const atAuthenticator = async () => {
      await identify(DEMO_AUTHENTICATOR.username, 'Send SMS OTP')
      await portal.deliver()
      await olivia.press('Continue', { code: codeIn(portal.texts.at(-1)) })
      return olivia.open('/summit/recover/authenticator?with=recovery-code')
    }
    const [first = '', last = ''] = DEMO_AUTHENTICATOR.recoveryCodes
    await atAuthenticator()
    await olivia.press('Continue', { code: first })
    portal.clock.pass(2 * MINUTE)
    expect((await atAuthenticator()).text).to.contain('This is your last recovery code.')
    expect((await olivia.press('Continue', { code: last })).text).to.contain(
      'That was your last recovery code.',
    )
    portal.clock.pass(2 * MINUTE)
    const none = await atAuthenticator()
    expect(none.text).to.contain('You have no recovery codes left.').and.to.contain('Code from your app')
  })

  it('keeps her old password until all of it is done', async () => {
    await identify()
    await olivia.press('Proceed', { method: 'sms-code' })
    await portal.deliver()
    await olivia.press('Continue', { code: codeIn(portal.texts[0]) })
    expect((await signIn(portal.visitor(), 'olivia', DEMO_PASSWORD, 'summit')).status).to.equal(200)
  })
})
