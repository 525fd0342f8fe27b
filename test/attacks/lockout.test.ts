import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { Unavailable } from '../../src/platform/unavailable.ts'
import { allowing, linkIn, openPortal, type Portal } from '../support/portal.ts'
import { askForLink, canSignIn, createPassword, followLink, NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

/** What strangers, bad luck or a shared computer could use to keep a person out (CWE-645). */
describe('attacks: keeping somebody out', () => {
  let portal: Portal
  beforeEach(async () => {
    portal = await openPortal({
      config: allowing({ 'sign-in-failures-per-account': 3, 'sign-in-failures-per-address': 5 }),
    })
  })
  afterEach(() => portal.close())

  const askAndDeliver = async (visitor: Visitor) => {
    await askForLink(visitor, 'mia@harbour.example')
    await portal.deliver()
    portal.clock.pass(SECOND)
  }
  const guessTooOften = async () => {
    for (let turn = 0; turn < 4; turn += 1) await signIn(portal.visitor(), 'mia', 'wrong')
  }

  it('asking once more than the allowance sends nothing, and leaves the last link working', async () => {
    const mia = portal.visitor()
    for (let turn = 0; turn < 4; turn += 1) await askAndDeliver(mia)
    expect(portal.mailbox).to.have.length(3)
    expect((await mia.open(linkIn(portal.mailbox[2]))).status).to.equal(200)
    expect((await mia.open(linkIn(portal.mailbox[1]))).status).to.equal(410)
  })

  it('fresh links that were asked for and ran out are not counted as live', async () => {
    await askAndDeliver(portal.visitor())
    for (let turn = 0; turn < 3; turn += 1) {
      portal.clock.pass(6 * MINUTE)
      const visitor = portal.visitor()
      await visitor.open(linkIn(portal.mailbox.at(-1)))
      await visitor.press('Send a fresh link')
      await portal.deliver()
    }
    expect(portal.mailbox).to.have.length(4)
    portal.clock.pass(70 * MINUTE)
    await askAndDeliver(portal.visitor())
    expect(portal.mailbox).to.have.length(5)
  })

  it('who is kept out by wrong guesses gets a link with the news, whatever else strangers used up', async () => {
    await guessTooOften()
    for (let turn = 0; turn < 12; turn += 1) {
      await askAndDeliver(portal.visitor())
      portal.clock.pass(HOUR)
    }
    const news = portal.mailbox.find(({ subject }) => subject.includes('paused'))
    expect(news?.to).to.equal('mia@harbour.example')
    const mia = portal.visitor()
    const dead = await mia.open(linkIn(news))
    expect(dead.status, 'the link lives as long as any').to.equal(410)
    await mia.press('Send a fresh link')
    await portal.deliver()
    await followLink(mia, linkIn(portal.mailbox.at(-1)))
    await createPassword(mia)
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })

  it('who keeps the server busy opens no account to more guesses', async () => {
    await guessTooOften()
    const { hasher } = portal.app.parts
    const verify = hasher.verify.bind(hasher)
    hasher.verify = () => Promise.reject(new Unavailable('hashing', { retryAfterSeconds: 1 }))
    for (let turn = 0; turn < 3; turn += 1)
      expect((await signIn(portal.visitor(), 'mia', 'wrong')).status).to.equal(503)
    hasher.verify = verify
    expect((await signIn(portal.visitor(), 'mia', DEMO_PASSWORD)).status, 'still paused').to.equal(422)
  })

  it('a browser that its person signed in from is not held to what strangers at the same address did', async () => {
    const mia = portal.visitor('192.0.2.7')
    await signIn(mia, 'mia', DEMO_PASSWORD)
    await mia.open('/harbour/account')
    await mia.press('Sign out')
    for (let turn = 0; turn < 6; turn += 1)
      await signIn(portal.visitor('192.0.2.7'), `nobody${turn}`, 'wrong')
    expect((await signIn(portal.visitor('192.0.2.7'), 'mia', DEMO_PASSWORD)).status).to.equal(429)
    await signIn(mia, 'mia', DEMO_PASSWORD)
    expect(mia.page.address).to.equal('/harbour/account')
  })

  it('a known browser’s cookie that was planted in another is known for nobody’s copy afterwards', async () => {
    const attacker = portal.visitor()
    await signIn(attacker, 'adam', DEMO_PASSWORD)
    const planted = attacker.cookies.get('latchkey-device.harbour') ?? ''
    const mia = portal.visitor()
    mia.setCookie('latchkey-device.harbour', planted)
    await signIn(mia, 'mia', DEMO_PASSWORD)
    expect(mia.cookies.get('latchkey-device.harbour')).to.be.a('string').and.not.equal(planted)
    // With the guesses spent, only a known browser gets in.
    await guessTooOften()
    await mia.open('/harbour/account')
    await mia.press('Sign out')
    await signIn(mia, 'mia', DEMO_PASSWORD)
    expect(mia.page.address).to.equal('/harbour/account')
    await attacker.open('/harbour/account')
    await attacker.press('Sign out')
    expect((await signIn(attacker, 'mia', DEMO_PASSWORD)).status).to.equal(422)
  })

  it('recovering one account ends another’s session that was open in the same browser', async () => {
    const shared = portal.visitor()
    await signIn(shared, 'adam', DEMO_PASSWORD)
    const session = shared.cookies.get('latchkey-session.harbour') ?? ''
    await askAndDeliver(shared)
    await followLink(shared, linkIn(portal.mailbox[0]))
    await createPassword(shared)
    const copy = portal.visitor()
    copy.setCookie('latchkey-session.harbour', session)
    expect((await copy.send('GET', '/harbour/account')).status).to.equal(303)
  })

  it('a tab left open for one recovery does not set the password of another', async () => {
    const shared = portal.visitor()
    await askAndDeliver(shared)
    await followLink(shared, linkIn(portal.mailbox[0]))
    const stale = shared.page
    await askForLink(shared, 'noah@harbour.example')
    await portal.deliver()
    await followLink(shared, linkIn(portal.mailbox[1]))
    const hidden = (name: string) =>
      stale.root.querySelector(`input[name=${name}]`)?.getAttribute('value') ?? ''
    const answer = await shared.send('POST', '/harbour/recover/password', {
      csrf: hidden('csrf'),
      attempt: hidden('attempt'),
      password: NEW_PASSWORD,
      confirmation: NEW_PASSWORD,
    })
    expect(answer.status).to.equal(422)
    expect(answer.text).to.contain('noah')
    await createPassword(shared)
    expect(await canSignIn(portal, NEW_PASSWORD, 'noah')).to.equal(true)
  })
})
