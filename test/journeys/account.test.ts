import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { createPassword, followLink, getLink, isSignedIn, NEW_PASSWORD, signIn } from '../support/steps.ts'

describe('Signing in, out, and changing the password', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  it('takes a username or an email address, in any case', async () => {
    for (const identifier of ['mia', ' MIA ', 'mia@harbour.example', 'Mia@HARBOUR.example']) {
      const home = await signIn(portal.visitor(), identifier)
      expect(home.address, identifier).to.equal('/harbour/account')
      expect(home.heading).to.equal('Hello, Mia Tanaka')
    }
  })

  it('says one thing about a wrong password, a wrong name and a name that could be nobody’s', async () => {
    const visitor = portal.visitor()
    const answers = []
    for (const identifier of ['mia', 'nobody', 'no body at all'])
      answers.push((await signIn(visitor, identifier, 'Wrong-Password-1')).text.replace(identifier, ''))
    expect(new Set(answers).size).to.equal(1)
    expect(answers[0]).to.contain('This did not match.')
  })

  it('sends who is signed in past the sign-in page, and who is not to it', async () => {
    const mia = portal.visitor()
    expect((await mia.open('/harbour/account')).address).to.equal('/harbour/sign-in')
    await signIn(mia, 'mia')
    expect((await mia.open('/harbour/sign-in')).address).to.equal('/harbour/account')
    expect(await isSignedIn(mia, 'summit'), 'in this organization only').to.equal(false)
  })

  it('signs out for good: Back shows nothing, a copy of the cookie opens nothing', async () => {
    const mia = portal.visitor()
    await signIn(mia, 'mia')
    const session = mia.cookies.get('latchkey-session.harbour') ?? ''
    const account = await mia.send('GET', '/harbour/account')
    expect(account.headers['cache-control']).to.equal('no-store')

    const answer = await mia.submit('Sign out')
    expect(answer.headers['clear-site-data']).to.equal('"cache"')
    expect((await mia.open('/harbour/account')).address).to.equal('/harbour/sign-in')
    mia.setCookie('latchkey-session.harbour', session)
    expect(await isSignedIn(mia, 'harbour')).to.equal(false)
  })

  it('ends a session after half an hour unused, and after twelve hours of use', async () => {
    const [idle, busy] = [portal.visitor(), portal.visitor()]
    await signIn(idle, 'mia')
    await signIn(busy, 'mia')
    for (let passed = 20 * MINUTE; passed < 12 * HOUR; passed += 20 * MINUTE) {
      portal.clock.pass(20 * MINUTE)
      expect(await isSignedIn(busy, 'harbour'), `after ${passed / MINUTE} minutes`).to.equal(true)
      if (passed > 30 * MINUTE) expect(await isSignedIn(idle, 'harbour')).to.equal(false)
    }
    portal.clock.pass(20 * MINUTE)
    expect(await isSignedIn(busy, 'harbour')).to.equal(false)
  })

  it('changes the password, ends every other session and link, and tells the person', async () => {
    const [here, elsewhere, thief] = [portal.visitor(), portal.visitor(), portal.visitor()]
    const link = await getLink(portal, thief)
    await signIn(here, 'mia')
    await signIn(elsewhere, 'mia')
    const before = here.cookies.get('latchkey-session.harbour')

    await here.open('/harbour/account/password')
    const wrong = await here.press('Change password', change('Not-Her-Password-1', NEW_PASSWORD))
    expect(wrong.status).to.equal(422)
    expect(wrong.problemsAt('currentPassword')).to.have.length(1)
    const weak = await here.press('Change password', change(DEMO_PASSWORD, 'weak'))
    expect(weak.problemsAt('password')).to.have.length.above(3)
    const same = await here.press('Change password', change(DEMO_PASSWORD, DEMO_PASSWORD))
    expect(same.problemsAt('password')).to.deep.equal(['The password must not be the one you have now'])

    const changed = await here.press('Change password', change(DEMO_PASSWORD, NEW_PASSWORD))
    expect(changed.address).to.equal('/harbour/account')
    expect(changed.root.querySelector('[role=status]')?.textContent).to.contain('Your password is changed')
    expect((await here.open('/harbour/account')).text, 'said once').to.not.contain('Your password is changed')
    expect(here.cookies.get('latchkey-session.harbour')).not.to.equal(before)
    expect(await isSignedIn(elsewhere, 'harbour')).to.equal(false)
    const dead = await thief.open(link)
    expect(dead.status).to.equal(410)
    expect(dead.heading).to.equal('Your account has changed')
    await portal.deliver()
    expect(portal.mailbox.at(-1)?.subject).to.equal('Your password for Harbour Cloud was changed')
    expect((await signIn(elsewhere, 'mia', NEW_PASSWORD)).address).to.equal('/harbour/account')
  })

  it('lets nobody guess the current password from an open session', async () => {
    const mia = portal.visitor()
    await signIn(mia, 'mia')
    await mia.open('/harbour/account/password')
    for (let guess = 0; guess < 10; guess += 1)
      await mia.submit('Change password', change(`Wrong-Guess-${guess}`, NEW_PASSWORD))
    const refused = await mia.submit('Change password', change(DEMO_PASSWORD, NEW_PASSWORD))
    expect(refused.status).to.equal(429)
    expect(refused.headers['retry-after']).to.equal('3600')
    portal.clock.pass(HOUR + SECOND)
    await signIn(mia, 'mia')
    await mia.open('/harbour/account/password')
    expect((await mia.press('Change password', change(DEMO_PASSWORD, NEW_PASSWORD))).status).to.equal(200)
  })

  it('recovers while signed in, and ends that session with all the others', async () => {
    const [here, elsewhere] = [portal.visitor(), portal.visitor()]
    await signIn(here, 'mia')
    await signIn(elsewhere, 'mia')
    const link = await getLink(portal, here)
    await followLink(here, link)
    expect(await isSignedIn(here, 'harbour'), 'nothing ends before the password is changed').to.equal(true)
    await createPassword(here)
    expect(await isSignedIn(here, 'harbour')).to.equal(false)
    expect(await isSignedIn(elsewhere, 'harbour')).to.equal(false)
    expect(here.cookies.has('latchkey-session.harbour')).to.equal(false)
  })

  it('gives a recovery under way access to nothing but itself', async () => {
    const mia = portal.visitor()
    await followLink(mia, await getLink(portal, mia))
    expect((await mia.open('/harbour/account')).address).to.equal('/harbour/sign-in')
    mia.setCookie('latchkey-session.harbour', mia.cookies.get('latchkey-recovery.harbour') ?? '')
    expect(await isSignedIn(mia, 'harbour')).to.equal(false)
  })
})

function change(currentPassword: string, password: string): Record<string, string> {
  return { currentPassword, password, confirmation: password }
}
