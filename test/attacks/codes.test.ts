import { expect } from 'chai'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { allowing, openPortal, type Portal } from '../support/portal.ts'
import { askForCode, canSignIn, codeIn, createPassword, NEW_PASSWORD } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const HERE = '/summit/recover/code'
const COOKIE = 'latchkey-recovery.summit'

describe('attacks: a code by SMS, guessed, used again, late or elsewhere', () => {
  let portal: Portal
  let mia: Visitor

  beforeEach(async () => {
    // What an address may do is another test's: here the request itself must hold.
    portal = await openPortal({ config: allowing({ 'wrong-tokens-per-address': 1000 }) })
    mia = portal.visitor()
  })
  afterEach(() => portal.close())

  const ask = (visitor = mia, identifier = 'mia', slug = 'summit') =>
    askForCode(portal, visitor, identifier, slug)
  const lastCode = () => codeIn(portal.texts.at(-1))
  const type = (visitor: Visitor, code: string) =>
    visitor.send('POST', HERE, { csrf: visitor.csrf, action: 'continue', code })
  const isIn = (page: Page) => page.location === '/summit/recover/password'

  it('OT-01: after five wrong codes the right one is refused as they were, and stays dead', async () => {
    await ask()
    for (let wrong = 1; wrong <= 5; wrong += 1)
      expect((await type(mia, otherThan(lastCode(), wrong))).status).to.equal(422)
    for (let again = 0; again < 2; again += 1) {
      const page = await mia.press('Continue', { code: lastCode() })
      expect(page.status).to.equal(422)
      expect(page.text).to.contain('This code is not right').and.contain('No tries are left')
    }
    expect((await mia.open('/summit/recover/password')).address).to.equal(HERE)
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia', 'summit')).to.equal(false)
  })

  it('OT-01: a code that was typed before it was sent is a wrong try, and the sending gives none back', async () => {
    await mia.open('/summit/recover')
    await mia.press('Proceed', { identifier: 'mia' })
    await mia.press('Proceed', { method: 'sms-code' })
    for (let wrong = 1; wrong <= 4; wrong += 1) await type(mia, otherThan('00000000', wrong))
    await portal.deliver()
    expect((await mia.open(HERE)).text).to.contain('1 try left')
    await type(mia, otherThan(lastCode(), 1))
    expect((await type(mia, lastCode())).status).to.equal(422)
  })

  it('OT-01: what is no code is no try, and breaks nothing', async () => {
    await ask()
    for (const typed of [
      '',
      ' ',
      '1234567',
      '123456789',
      'abcdefgh',
      '１２３４５６７８',
      '1'.repeat(9000),
      '1234567\0',
    ])
      expect((await type(mia, typed)).status, typed.slice(0, 20)).to.equal(422)
    for (const body of ['code[]=1', 'code[$ne]=1', `code=1&code=${lastCode()}`, '', 'action[]=continue'])
      expect(
        (await mia.send('POST', HERE, `csrf=${mia.csrf}&action=continue&${body}`)).status,
        body,
      ).to.equal(422)
    expect((await mia.open(HERE)).text).to.contain('5 tries left')
    expect(isIn(await type(mia, ` ${lastCode()} `))).to.equal(true)
  })

  it('OT-02: of 200 guesses at the same instant, the right one among them, five are judged', async () => {
    await ask()
    let judged = 0
    portal.app.parts.database.pool.on('query', ({ sql }: { sql: string }) => {
      judged += Number(/^select .* from "recovery_secrets" .*"hash" in/.test(sql))
    })
    const guesses = Array.from({ length: 200 }, (_, turn) => otherThan(lastCode(), turn - 100))
    expect(guesses[100]).to.equal(lastCode())
    const answers = await Promise.all(guesses.map((code) => type(mia, code)))
    expect(judged).to.equal(5)
    expect(answers.filter(({ status }) => status === 422)).to.have.length.of.at.least(199)
    const rows = await portal.within('summit', (tx) =>
      tx.rows<{ organization_id: string; tries: number }>('recovery_attempts'),
    )
    expect(rows.map(({ tries }) => tries)).to.deep.equal([5])
  })

  it('OT-02: the right code five times at the same instant lets one browser in once', async () => {
    await ask()
    const answers = await Promise.all(Array.from({ length: 5 }, () => type(mia, lastCode())))
    expect(answers.filter(isIn)).to.have.length(1)
  })

  it('OT-07: a code opens neither another request of the same person nor one of another person', async () => {
    const [elsewhere, noah] = [portal.visitor(), portal.visitor()]
    await ask()
    await ask(noah, 'noah')
    portal.clock.pass(30 * SECOND)
    await ask(elsewhere)
    const [first = '', noahs = '', second = ''] = portal.texts.map(codeIn)
    for (const [browser, code] of [
      [elsewhere, first],
      [elsewhere, noahs],
      [noah, first],
      [noah, second],
      [mia, second],
      [mia, noahs],
    ] as const)
      expect((await type(browser, code)).status).to.equal(422)
    expect(isIn(await type(mia, first))).to.equal(true)
    expect(isIn(await type(noah, noahs))).to.equal(true)
    expect(isIn(await type(elsewhere, second))).to.equal(true)
  })

  it('OT-07: a code opens nothing in another organization, the request’s cookie brought along or not', async () => {
    await ask(mia, 'mia', 'acme')
    const code = lastCode()
    const other = portal.visitor()
    await ask(other)
    expect((await type(other, code)).status).to.equal(422)
    other.setCookie(COOKIE, mia.cookies.get('latchkey-recovery.acme') ?? '')
    expect((await type(other, code)).location).to.equal('/summit/recover')
  })

  it('OT-08: a code that was used opens nothing again, in the browser that asked or a copy of it', async () => {
    await ask()
    const [code, cookie] = [lastCode(), mia.cookies.get(COOKIE) ?? '']
    await mia.press('Continue', { code })
    expect(mia.cookies.get(COOKIE), 'the browser that is in holds a new cookie').to.not.equal(cookie)
    const copy = portal.visitor()
    copy.setCookie(COOKIE, cookie)
    for (const state of ['while she chooses her password', 'when she is done']) {
      await copy.open(HERE)
      expect((await type(copy, code)).status, state).to.equal(422)
      expect((await copy.open('/summit/recover/password')).address, state).to.equal(HERE)
      if (mia.page.address !== '/summit/recover/done') await createPassword(mia)
    }
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia', 'summit')).to.equal(true)
  })

  it('OT-08: the code of before a new one opens nothing, in its own page either', async () => {
    await ask()
    const [old, cookie] = [lastCode(), mia.cookies.get(COOKIE) ?? '']
    portal.clock.pass(30 * SECOND)
    await mia.press('Send a new code')
    await portal.deliver()
    expect((await type(mia, old)).status).to.equal(422)
    const kept = portal.visitor()
    kept.setCookie(COOKIE, cookie)
    await kept.open(HERE)
    expect((await type(kept, old)).status).to.equal(422)
    expect((await type(kept, lastCode())).status).to.equal(422)
    expect(isIn(await type(mia, lastCode()))).to.equal(true)
  })

  for (const [seconds, opens] of [
    [299, true],
    [301, false],
  ] as const)
    it(`OT-08: a code ${opens ? 'works' : 'is refused'} ${seconds} seconds after it was sent`, async () => {
      await ask()
      portal.clock.pass(seconds * SECOND)
      expect(isIn(await type(mia, lastCode()))).to.equal(opens)
    })

  it('OT-08: a page that shows a code’s time does not stretch it, nor does a longer one that was set since', async () => {
    await ask()
    await portal.change('summit', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, codeLifetimeMinutes: 15 },
    }))
    portal.clock.pass(5 * MINUTE)
    expect((await mia.press('Continue', { code: lastCode() })).text).to.contain('has expired')
  })

  it('what was proven by a code counts for nothing after another way was chosen, whatever cookie is kept', async () => {
    await ask()
    await mia.press('Continue', { code: lastCode() })
    const { csrf } = mia
    const answered = mia.cookies.get(COOKIE) ?? ''
    await mia.send('POST', '/summit/recover/choose', { csrf, method: 'email-link' })
    for (const path of ['password', 'authenticator', 'enrol', 'recovery-codes', 'code', 'done']) {
      expect((await mia.send('GET', `/summit/recover/${path}`)).location, path).to.equal(
        '/summit/recover/sent',
      )
      const fields = { csrf, action: 'continue', code: '00000000' }
      const forced = await mia.send('POST', `/summit/recover/${path}`, {
        ...fields,
        password: NEW_PASSWORD,
        confirmation: NEW_PASSWORD,
      })
      expect(forced.location ?? String(forced.status), path).to.be.oneOf(['/summit/recover/sent', '405'])
    }
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia', 'summit')).to.equal(false)
    expect(mia.cookies.get(COOKIE)).to.not.equal(answered)
  })

  it('a cookie that an attacker planted before the code was typed opens nothing after it', async () => {
    const attacker = portal.visitor()
    await ask(attacker)
    const planted = attacker.cookies.get(COOKIE) ?? ''
    mia.setCookie(COOKIE, planted)
    await mia.open(HERE)
    expect((await mia.press('Continue', { code: lastCode() })).address).to.equal('/summit/recover/password')
    expect((await attacker.open('/summit/recover/password')).address).to.equal(HERE)
    expect((await createPassword(mia)).address).to.equal('/summit/recover/done')
    expect((await attacker.open('/summit/recover/done')).address).to.equal(HERE)
  })
})

/** A code that is so far from this one, of as many digits. */
function otherThan(code: string, away: number): string {
  const most = 10 ** code.length
  return String((Number(code) + away + most) % most).padStart(code.length, '0')
}
