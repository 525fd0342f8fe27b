import { expect } from 'chai'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { pages } from '../../src/web/routes.ts'
import { allowing, openPortal, type Portal, withPortal } from '../support/portal.ts'
import {
  changeAccount,
  codeOfApp,
  createPassword,
  followLink,
  getLink,
  isSignedIn,
  signIn,
  signInWithCode,
  wrongCodeOfApp,
} from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

const HERE = '/harbour/sign-in/authenticator'
const [HALF, SESSION] = ['latchkey-half.harbour', 'latchkey-session.harbour']

describe('attacks: the second factor at sign-in', () => {
  let portal: Portal
  let noah: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    noah = portal.visitor()
  })
  afterEach(() => portal.close())

  const code = () => codeOfApp(portal.clock.now())
  const halfWay = async (visitor = portal.visitor()) => {
    await signIn(visitor, 'noah')
    expect(visitor.page.address).to.equal(HERE)
    return visitor
  }
  const send = (visitor: Visitor, typed: string) =>
    visitor.send('POST', HERE, { csrf: visitor.csrf, code: typed })

  it('TO-01: thirty browsers with one code at the same instant: one gets in', async () => {
    const browsers = []
    for (let count = 0; count < 30; count += 1) browsers.push(await halfWay())
    const answers = await Promise.all(browsers.map((browser) => send(browser, code())))
    expect(answers.filter(({ location }) => location === '/harbour/account')).to.have.length(1)
    const signedIn = await Promise.all(browsers.map((browser) => isSignedIn(browser, 'harbour')))
    expect(signedIn.filter(Boolean)).to.have.length(1)
    expect((await send(await halfWay(), code())).status, 'and once more').to.not.equal(303)
  })

  it('TO-01: one browser that sends its form thirty times gets one session', async () => {
    await halfWay(noah)
    const answers = await Promise.all(Array.from({ length: 30 }, () => send(noah, code())))
    expect(answers.filter(({ location }) => location === '/harbour/account')).to.have.length(1)
    const sessions = await portal.within('harbour', (tx) => tx.rows('sessions'))
    expect(sessions).to.have.length(1)
  })

  it('TO-05: wrong codes over many sign-ins and addresses, the right password before each, are five and then none', async () => {
    const statuses = []
    for (let wrong = 0; wrong < 40; wrong += 1)
      statuses.push((await send(await halfWay(), wrongCodeOfApp(portal.clock.now()))).status)
    expect(statuses).to.deep.equal([...Array<number>(5).fill(422), ...Array<number>(35).fill(429)])
    const right = await send(await halfWay(), code())
    expect([right.status, right.headers['retry-after']]).to.deep.equal([429, '900'])
    const recoveryCode = await send(await halfWay(), DEMO_AUTHENTICATOR.recoveryCodes[0] ?? '')
    expect(recoveryCode.status).to.equal(429)
  })

  it('TO-05: two hundred at the same instant are five too', async () => {
    await halfWay(noah)
    const wrong = wrongCodeOfApp(portal.clock.now())
    const answers = await Promise.all(Array.from({ length: 200 }, () => send(noah, wrong)))
    // The address has its own limit, of fifty an hour.
    expect(answers.filter(({ status }) => status === 422)).to.have.length(5)
    expect(answers.filter(({ status }) => status === 429)).to.have.length(195)
  })

  it('TO-05: a wrong password does not move the authenticator’s count, and its pause leaves the password alone', async () => {
    for (let wrong = 0; wrong < 4; wrong += 1) await signIn(portal.visitor(), 'noah', 'Not-The-Password-1')
    await halfWay(noah)
    for (let wrong = 0; wrong < 4; wrong += 1) await send(noah, wrongCodeOfApp(portal.clock.now()))
    expect((await send(noah, code())).location).to.equal('/harbour/account')
  })

  for (const [what, typed] of [
    ['five digits', '12345'],
    ['seven digits', '1234567'],
    ['letters', 'abcdef'],
    ['full-width digits', '１２３４５６'],
    ['spaces', '   '],
    ['SQL', "' or '1'='1"],
    ['much', '1'.repeat(9000)],
    ['a NUL', '12345\0'],
    ['nothing', ''],
  ] as const)
    it(`TO-12: ${what} for a code get 422 and pause nobody`, async () => {
      await halfWay(noah)
      for (let count = 0; count < 6; count += 1) expect((await send(noah, typed)).status).to.equal(422)
      expect((await send(noah, code())).location).to.equal('/harbour/account')
    })

  it('TO-12: a code that is missing, repeated, an array or an object gets 422', async () => {
    await halfWay(noah)
    const right = code()
    for (const body of [
      '',
      `code=${right}&code=${right}`,
      `code[]=${right}`,
      `code[a]=${right}`,
      'code[$ne]=1',
    ]) {
      const answer = await noah.send('POST', HERE, `csrf=${noah.csrf}&${body}`)
      expect(answer.status, body).to.equal(422)
    }
  })

  it('TO-12: what is no code is counted by address, so that nobody can go on for ever', async () => {
    await withPortal({ config: allowing({ 'sign-in-failures-per-address': 3 }) }, async (strict) => {
      const visitor = strict.visitor()
      await signIn(visitor, 'noah')
      const statuses = []
      for (let count = 0; count < 4; count += 1)
        statuses.push((await visitor.send('POST', HERE, { csrf: visitor.csrf, code: 'abcdef' })).status)
      expect(statuses).to.deep.equal([422, 422, 422, 429])
      strict.clock.pass(HOUR)
      await signIn(visitor, 'noah')
      await visitor.press('Sign in', { code: codeOfApp(strict.clock.now()) })
      expect(visitor.page.address).to.equal('/harbour/account')
    })
  })

  it('strangers behind his address do not keep out the browser that he has used', async () => {
    await withPortal({ config: allowing({ 'sign-in-failures-per-address': 3 }) }, async (strict) => {
      const own = strict.visitor('198.51.100.77')
      await signInWithCode(strict, own)
      await own.press('Sign out')
      for (let wrong = 0; wrong < 5; wrong += 1)
        await signIn(strict.visitor('198.51.100.77'), 'nobody', 'Not-The-Password-1')
      strict.clock.pass(MINUTE)
      expect((await signInWithCode(strict, own)).address).to.equal('/harbour/account')
    })
  })

  it('SE-04: half-way every page that needs a session sends to sign-in, whatever the cookie is called', async () => {
    await halfWay(noah)
    const half = noah.cookies.get(HALF) ?? ''
    noah.setCookie(SESSION, half)
    noah.setCookie('latchkey-recovery.harbour', half)
    for (const { path, view, submit } of pages.filter(({ signedIn }) => signedIn)) {
      const answers = view ? [await noah.send('GET', `/harbour${path}`)] : []
      if (submit) answers.push(await noah.send('POST', `/harbour${path}`, { csrf: noah.csrf }))
      for (const { location } of answers) expect(location, path).to.equal('/harbour/sign-in')
    }
    expect((await noah.open('/harbour/recover/password')).address).to.equal('/harbour/recover')
    const other = portal.visitor()
    other.setCookie('latchkey-half.summit', half)
    expect((await other.open('/summit/sign-in/authenticator')).address, 'elsewhere').to.equal(
      '/summit/sign-in',
    )
  })

  it('SE-04: its cookie is new at every password, and one that was planted or is spent opens nothing', async () => {
    const planted = 'A'.repeat(43)
    noah.setCookie(HALF, planted)
    await halfWay(noah)
    const first = noah.cookies.get(HALF) ?? ''
    await halfWay(noah)
    const second = noah.cookies.get(HALF) ?? ''
    expect(new Set([planted, first, second]).size).to.equal(3)
    expect((await send(noah, code())).location).to.equal('/harbour/account')
    portal.clock.pass(MINUTE)
    for (const old of [planted, first, second]) {
      const thief = portal.visitor()
      await thief.open('/harbour/sign-in')
      thief.setCookie(HALF, old)
      expect((await send(thief, code())).location, String([planted, first, second].indexOf(old))).to.equal(
        '/harbour/sign-in',
      )
      expect(await isSignedIn(thief, 'harbour')).to.equal(false)
    }
  })

  it('SE-04: it ends when the password is changed or the person is suspended, and its table holds hashes', async () => {
    await halfWay(noah)
    const rows = await portal.within('harbour', (tx) => tx.rows('half_sign_ins'))
    expect(JSON.stringify(rows)).to.not.include(noah.cookies.get(HALF) ?? '-')
    await changeAccount(portal, 'harbour', 'noah', { state: 'suspended' })
    expect((await send(noah, code())).location).to.equal('/harbour/sign-in')
    await changeAccount(portal, 'harbour', 'noah', { state: 'active' })

    await halfWay(noah)
    const reader = portal.visitor()
    await followLink(reader, await getLink(portal, reader, 'noah@harbour.example'))
    await createPassword(reader)
    portal.clock.pass(31 * SECOND)
    expect((await send(noah, code())).location).to.equal('/harbour/sign-in')
    expect(await isSignedIn(noah, 'harbour')).to.equal(false)
  })

  it('SE-04: what is over is deleted', async () => {
    await halfWay(noah)
    const left = async () => (await portal.within('harbour', (tx) => tx.rows('half_sign_ins'))).length
    portal.clock.pass(10 * MINUTE - SECOND)
    await portal.app.keepHouse()
    expect(await left()).to.equal(1)
    portal.clock.pass(SECOND)
    await portal.app.keepHouse()
    expect(await left()).to.equal(0)
  })

  it('SE-01: the session that the browser had, another person’s too, ends when the factor is right', async () => {
    await signIn(noah, 'mia')
    const mias = noah.cookies.get(SESSION) ?? ''
    const { csrf } = noah
    await noah.send('POST', '/harbour/sign-in', { csrf, identifier: 'noah', password: DEMO_PASSWORD })
    await noah.open(HERE)
    await noah.press('Sign in', { code: code() })
    expect(noah.page.heading).to.equal('Hello, Noah Lindqvist')
    const copy = portal.visitor()
    copy.setCookie(SESSION, mias)
    expect(await isSignedIn(copy, 'harbour')).to.equal(false)
  })
})
