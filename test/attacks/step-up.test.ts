import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { AUTHENTICATOR, beginSetUp, confirmKey } from '../support/profile.ts'
import {
  codeOfApp,
  isSignedIn,
  NEW_PASSWORD,
  signIn,
  signInWithCode,
  wrongCodeOfApp,
} from '../support/steps.ts'
import { rowsOf } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

const SESSION = 'latchkey-session.harbour'
const PASSWORD = '/harbour/account/password'
const NEW = { currentPassword: DEMO_PASSWORD, password: NEW_PASSWORD, confirmation: NEW_PASSWORD }

describe('attacks: on proving oneself again', () => {
  let portal: Portal
  let mia: Visitor
  let noah: Visitor
  let thief: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
    noah = portal.visitor()
    thief = portal.visitor()
  })
  afterEach(() => portal.close())

  const changePassword = async (visitor: Visitor, fields: Record<string, string> = {}) => {
    await visitor.open(PASSWORD)
    return visitor.send('POST', PASSWORD, { csrf: visitor.csrf, ...NEW, ...fields })
  }
  /** What somebody else does while the next password of this portal is being hashed. */
  const whileHashing = (work: () => unknown) => {
    const { hasher } = portal.app.parts
    const verify = hasher.verify.bind(hasher)
    hasher.verify = async (...all) => {
      hasher.verify = verify
      await work()
      return verify(...all)
    }
  }

  it('TO-14: a stolen session’s guesses are counted for that session, and keep its person from nothing', async () => {
    const stolen = portal.visitor()
    await signIn(stolen, 'mia')
    thief.setCookie(SESSION, stolen.cookies.get(SESSION) ?? '')
    for (let guess = 1; guess <= 10; guess += 1)
      expect((await changePassword(thief, { currentPassword: `Guess-${guess}` })).status).to.equal(422)
    expect((await changePassword(thief)).status, 'the right one too').to.equal(429)
    await signIn(mia, 'mia')
    expect((await changePassword(mia)).status).to.equal(303)
    expect(await isSignedIn(thief, 'harbour')).to.equal(false)
  })

  it('TO-14: wrong codes at sign-in, by who stole the password, do not keep who is signed in from changing it', async () => {
    await signInWithCode(portal, noah)
    portal.clock.pass(11 * MINUTE)
    await signIn(thief, 'noah')
    const code = wrongCodeOfApp(portal.clock.now())
    for (let guess = 1; guess <= 5; guess += 1) await thief.press('Sign in', { code })
    const paused = await thief.submit('Sign in', { code: codeOfApp(portal.clock.now()) })
    expect(paused.status).to.equal(429)
    const factor = codeOfApp(portal.clock.now())
    expect((await changePassword(noah, { factor })).status).to.equal(303)
  })

  it('SE-10: the password alone, changed again and again, keeps the proof of who has an authenticator no younger', async () => {
    await signInWithCode(portal, portal.visitor())
    portal.clock.pass(MINUTE)
    await signInWithCode(portal, noah)
    portal.clock.pass(9 * MINUTE)
    expect((await changePassword(noah)).status).to.equal(303)
    portal.clock.pass(2 * MINUTE)
    await noah.open('/harbour/account/sessions')
    const asked = await noah.send('POST', '/harbour/account/sessions', { csrf: noah.csrf, end: 'others' })
    expect(asked.status).to.equal(422)
    expect((await changePassword(noah, { currentPassword: NEW_PASSWORD })).status, 'nor once more').to.equal(
      422,
    )
  })

  it('SE-10: a proof that grows too old while it waits for its turn is asked for whole', async () => {
    await signInWithCode(portal, noah)
    portal.clock.pass(9 * MINUTE)
    await noah.open(PASSWORD)
    expect(noah.page.root.querySelector('#factor')).to.equal(null)
    whileHashing(() => portal.clock.pass(2 * MINUTE))
    const asked = await noah.press('Change password', NEW)
    expect(asked.status).to.equal(422)
    expect(asked.problemsAt('factor').join()).to.contain('Enter the code')
    const factor = codeOfApp(portal.clock.now())
    expect((await noah.press('Change password', { ...NEW, factor })).address).to.equal('/harbour/account')
  })

  it('SE-01: a stolen token whose request waits is worth nothing once the session goes on under another', async () => {
    await signIn(mia, 'mia')
    await beginSetUp(mia)
    const { codes } = await confirmKey(portal, mia)
    thief.setCookie(SESSION, mia.cookies.get(SESSION) ?? '')
    await thief.open(`/harbour${AUTHENTICATOR}/set-up`)
    whileHashing(() => mia.press('Finish', { code: codes[0] ?? '' }))
    const removing = { csrf: thief.csrf, currentPassword: DEMO_PASSWORD }
    const answer = await thief.send('POST', `/harbour${AUTHENTICATOR}/remove`, removing)
    expect([answer.status, answer.location]).to.deep.equal([303, '/harbour/sign-in'])
    expect(await rowsOf(portal, 'harbour', 'mia', 'authenticators')).to.have.length(1)
    expect(await isSignedIn(thief, 'harbour')).to.equal(false)
    expect(await isSignedIn(mia, 'harbour')).to.equal(true)
  })
})
