import { expect } from 'chai'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { newId, newToken, systemRandom } from '../../src/platform/random.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { AUTHENTICATOR, beginSetUp, confirmKey, setUpHere } from '../support/profile.ts'
import {
  changeAccount,
  codeOfApp,
  createPassword,
  followLink,
  getLink,
  isSignedIn,
  NEW_PASSWORD,
  signIn,
  signInWithCode,
  wrongCodeOfApp,
} from '../support/steps.ts'
import { mailsTo, rowsOf, undoLinkIn } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'
import { dumpEverything } from './dump.ts'

const SESSION = 'latchkey-session.harbour'
const SESSIONS = '/harbour/account/sessions'
const CHANGES = ['set-up', 'new-codes', 'remove']

describe('attacks: on the Personal Centre', () => {
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

  const steal = (from: Visitor) => thief.setCookie(SESSION, from.cookies.get(SESSION) ?? '')
  const events = (kind: string) =>
    portal.within('harbour', (tx) =>
      tx.rows<{ organization_id: string; kind: string }>('audit_events').where('kind', kind),
    )

  it('TO-14: a stolen session alone, however fresh, adds, replaces, removes and re-codes nothing', async () => {
    await signIn(mia, 'mia')
    await signInWithCode(portal, noah)
    const before = await rowsOf(portal, 'harbour', 'noah', 'authenticators')
    for (const victim of [mia, noah]) {
      steal(victim)
      await thief.open('/harbour/account/password')
      for (const change of CHANGES) {
        for (const proof of [
          {},
          { currentPassword: '' },
          { currentPassword: 'Guess-1!', factor: '123456' },
        ]) {
          const fields = { csrf: thief.csrf, ...proof }
          const { status } = await thief.send('POST', `/harbour${AUTHENTICATOR}/${change}`, fields)
          expect(status, `${change} with ${JSON.stringify(proof)}`).to.be.oneOf([422, 303])
        }
      }
      for (const page of ['enrol', 'recovery-codes'])
        expect((await thief.send('GET', `/harbour${AUTHENTICATOR}/${page}`)).status, page).to.equal(303)
      expect(await isSignedIn(victim, 'harbour'), 'nothing went on under a new session').to.equal(true)
    }
    expect(await rowsOf(portal, 'harbour', 'mia', 'authenticators')).to.deep.equal([])
    expect(await rowsOf(portal, 'harbour', 'noah', 'authenticators')).to.deep.equal(before)
    expect(await portal.within('harbour', (tx) => tx.rows('pending_authenticators'))).to.deep.equal([])
  })

  it('TO-14: a stolen session and the password do not change the authenticator: the code is asked for too', async () => {
    await signInWithCode(portal, noah)
    steal(noah)
    await thief.open('/harbour/account/password')
    for (const change of CHANGES) {
      const proof = { csrf: thief.csrf, currentPassword: DEMO_PASSWORD }
      const path = `/harbour${AUTHENTICATOR}/${change}`
      expect((await thief.send('POST', path, proof)).status, change).to.equal(422)
      expect((await thief.send('POST', path, { ...proof, factor: '' })).status, change).to.equal(422)
      const old = codeOfApp(portal.clock.now())
      expect((await thief.send('POST', path, { ...proof, factor: old })).status, 'a used code').to.equal(422)
    }
    expect(await portal.within('harbour', (tx) => tx.rows('pending_authenticators'))).to.deep.equal([])
  })

  it('TO-14: guesses of the code are throttled by a counter of the authenticator, and sign-in goes on', async () => {
    await signInWithCode(portal, noah)
    steal(noah)
    await thief.open(`/harbour${AUTHENTICATOR}/remove`)
    const guess = { currentPassword: DEMO_PASSWORD, factor: wrongCodeOfApp(portal.clock.now()) }
    for (let tries = 0; tries < 5; tries += 1)
      expect((await thief.submit('Remove it', guess)).status).to.equal(422)
    const paused = await thief.submit('Remove it', { ...guess, factor: codeOfApp(portal.clock.now()) })
    expect([paused.status, paused.headers['retry-after']]).to.deep.equal([429, '900'])
    await signIn(mia, 'noah')
    const code = DEMO_AUTHENTICATOR.recoveryCodes[0] ?? ''
    expect((await mia.press('Sign in', { code })).address, 'a counter of its own').to.equal(
      '/harbour/account',
    )
    expect(await events('step-up.refused')).to.have.length(5)
  })

  it('TO-14: guesses of the password are throttled, and burn no try at the authenticator', async () => {
    await signInWithCode(portal, noah)
    steal(noah)
    await thief.open(`/harbour${AUTHENTICATOR}/remove`)
    for (let tries = 0; tries < 10; tries += 1) {
      const guess = { currentPassword: `Guess-${tries}`, factor: '123456' }
      expect((await thief.submit('Remove it', guess)).status).to.equal(422)
    }
    const answer = await thief.submit('Remove it', { currentPassword: DEMO_PASSWORD, factor: '123456' })
    expect(answer.status).to.equal(429)
    const [row] = await rowsOf<{ failures: number }>(portal, 'harbour', 'noah', 'authenticators')
    expect(row?.failures).to.equal(0)
  })

  it('TO-14: of ten parallel proofs with one recovery code one passes', async () => {
    await signInWithCode(portal, noah)
    await noah.open(`/harbour${AUTHENTICATOR}/new-codes`)
    const factor = DEMO_AUTHENTICATOR.recoveryCodes[0] ?? ''
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        noah.submit('Make new ones', { currentPassword: DEMO_PASSWORD, factor }),
      ),
    )
    expect(answers.filter(({ status }) => status === 303).map(({ location }) => location)).to.include(
      `/harbour${AUTHENTICATOR}/recovery-codes`,
    )
    expect(await events('step-up.passed')).to.have.length(1)
  })

  it('TO-14: what is under way is the session’s own, and ends with it and with every change of the account', async () => {
    const other = portal.visitor()
    await signIn(mia, 'mia')
    await signIn(other, 'mia')
    await beginSetUp(mia)
    const foreign = await other.open(`/harbour${AUTHENTICATOR}/enrol`)
    expect(foreign.address, 'not seen from another session').to.equal(`/harbour${AUTHENTICATOR}`)
    const { codes } = await confirmKey(portal, mia)
    const form = { csrf: mia.csrf, code: codes[0] ?? '' }
    const recovering = portal.visitor()
    await followLink(recovering, await getLink(portal, recovering))
    await createPassword(recovering)
    await mia.send('POST', `/harbour${AUTHENTICATOR}/recovery-codes`, form)
    expect(await rowsOf(portal, 'harbour', 'mia', 'authenticators')).to.deep.equal([])
    expect(await portal.within('harbour', (tx) => tx.rows('pending_authenticators'))).to.deep.equal([])
  })

  it('IN-02: an array, object or repeated field in place of a proof is 422, and no try', async () => {
    await signInWithCode(portal, noah)
    await noah.open(`/harbour${AUTHENTICATOR}/remove`)
    const right: [string, string][] = [
      ['csrf', noah.csrf],
      ['currentPassword', DEMO_PASSWORD],
      ['factor', DEMO_AUTHENTICATOR.recoveryCodes[0] ?? ''],
    ]
    for (const [broken, value] of right.slice(1)) {
      for (const name of [broken, `${broken}[]`, `${broken}[$gt]`]) {
        const fields = [...right.filter(([field]) => name === broken || field !== broken), [name, value]]
        const answer = await noah.send(
          'POST',
          `/harbour${AUTHENTICATOR}/remove`,
          fields as [string, string][],
        )
        expect(answer.status, name).to.equal(422)
      }
    }
    expect(await events('step-up.refused')).to.deep.equal([])
    expect(await rowsOf(portal, 'harbour', 'noah', 'authenticators')).to.have.length(1)
  })

  it('TO-02: the code that confirmed an authenticator in the profile signs nobody in', async () => {
    await signIn(mia, 'mia')
    const { key } = await setUpHere(portal, mia)
    const code = codeOfApp(portal.clock.now(), key)
    await signIn(thief, 'mia')
    expect((await thief.press('Sign in', { code })).status).to.equal(422)
    portal.clock.pass(MINUTE)
    const next = await thief.press('Sign in', { code: codeOfApp(portal.clock.now(), key) })
    expect(next.address).to.equal('/harbour/account')
  })

  it('TO-13: the key and the codes are kept by no browser, stand in no address, log or database, and are shown no more after', async () => {
    await signIn(mia, 'mia')
    await beginSetUp(mia)
    expect(mia.page.headers['cache-control']).to.equal('no-store')
    const { key, codes } = await confirmKey(portal, mia)
    expect(mia.page.headers['cache-control']).to.equal('no-store')
    const dumped = (await dumpEverything(portal)).toUpperCase()
    for (const secret of [key, ...codes]) {
      expect(mia.page.address).not.to.contain(secret)
      expect(dumped).not.to.contain(secret.toUpperCase())
      expect(portal.logged.join('\n')).not.to.contain(secret)
    }
    await mia.press('Finish', { code: codes[0] ?? '' })
    for (const page of ['enrol', 'recovery-codes'])
      expect((await mia.send('GET', `/harbour${AUTHENTICATOR}/${page}`)).status, page).to.equal(303)
  })

  it('TK-03: of ten presses at once one sets it up: one change, one letter', async () => {
    await signIn(mia, 'mia')
    await beginSetUp(mia)
    const { codes } = await confirmKey(portal, mia)
    await Promise.all(Array.from({ length: 10 }, () => mia.submit('Finish', { code: codes[0] ?? '' })))
    expect(await events('authenticator.added')).to.have.length(1)
    await portal.deliver()
    expect(mailsTo(portal, 'mia@harbour.example', 'authenticator app')).to.have.length(1)
  })

  it('AL-09: what becomes of an authenticator is told with a link that undoes it, at verified addresses only', async () => {
    await signIn(mia, 'mia')
    await setUpHere(portal, mia)
    await portal.deliver()
    const link = undoLinkIn(mailsTo(portal, 'mia@harbour.example').at(-1))
    expect((await thief.open(link)).heading).to.equal('This wasn’t you?')
    await changeAccount(portal, 'harbour', 'adam', { email_verified_at: null })
    await signIn(noah, 'adam')
    await setUpHere(portal, noah)
    await portal.deliver()
    expect(mailsTo(portal, 'adam@harbour.example')).to.deep.equal([])
  })

  it('TK-09: a link asked for before an authenticator was set up is dead after it', async () => {
    const link = await getLink(portal, thief)
    await signIn(mia, 'mia')
    await setUpHere(portal, mia)
    expect((await thief.open(link)).heading).to.equal('Your account has changed')
  })

  it('SE-01: a proof and a change of the authenticator go on under new ids, and old ones open nothing', async () => {
    await signIn(mia, 'mia')
    const values = [newToken(systemRandom), mia.cookies.get(SESSION)]
    await beginSetUp(mia)
    values.push(mia.cookies.get(SESSION))
    const { codes } = await confirmKey(portal, mia)
    await mia.press('Finish', { code: codes[0] ?? '' })
    for (const value of values) {
      thief.setCookie(SESSION, value ?? '')
      expect(await isSignedIn(thief, 'harbour'), String(values.indexOf(value))).to.equal(false)
    }
    expect(new Set([...values, mia.cookies.get(SESSION)]).size).to.equal(4)
    expect(await isSignedIn(mia, 'harbour')).to.equal(true)
  })

  it('SE-09: people see and end their own sessions after proving themselves; ids of others are 404', async () => {
    await signIn(mia, 'mia')
    await signIn(noah, 'adam')
    const [his] = await rowsOf<{ id: string }>(portal, 'harbour', 'adam', 'sessions')
    const [own] = await rowsOf<{ id: string }>(portal, 'harbour', 'mia', 'sessions')
    await mia.open(SESSIONS)
    expect(mia.page.body).not.to.contain(his?.id)
    const { csrf } = mia
    const strange = [his?.id, own?.id, newId(systemRandom, portal.clock.now()), 'x', "' or 1=1 --"]
    for (const end of strange)
      expect((await mia.send('POST', SESSIONS, { csrf, end: end ?? '' })).status, end).to.equal(404)
    for (const person of [mia, noah]) expect(await isSignedIn(person, 'harbour')).to.equal(true)
    for (const { id } of await rowsOf<{ id: string }>(portal, 'harbour', 'mia', 'sessions'))
      thief.setCookie(SESSION, id)
    expect(await isSignedIn(thief, 'harbour'), 'an id opens nothing').to.equal(false)
  })

  it('SE-10: with a proof older than ten minutes every sensitive form asks again, and changes nothing without', async () => {
    await signIn(mia, 'mia')
    await signIn(noah, 'mia')
    portal.clock.pass(10 * MINUTE)
    await mia.open('/harbour/account/password')
    const { csrf } = mia
    const [other] = await rowsOf<{ id: string }>(portal, 'harbour', 'mia', 'sessions')
    for (const [path, fields] of [
      ['/password', { password: NEW_PASSWORD, confirmation: NEW_PASSWORD }],
      ['/sessions', { end: 'others' }],
      ['/sessions', { end: other?.id ?? '' }],
      ...CHANGES.map((change) => [`/authenticator/${change}`, {}] as const),
    ] as const) {
      const { status } = await mia.send('POST', `/harbour/account${path}`, { csrf, ...fields })
      expect(status, path).to.be.oneOf(path.includes('/authenticator/') ? [422, 303] : [422])
    }
    expect(await isSignedIn(noah, 'harbour')).to.equal(true)
    expect(await rowsOf(portal, 'harbour', 'mia', 'sessions')).to.have.length(2)
    expect(await portal.within('harbour', (tx) => tx.rows('pending_authenticators'))).to.deep.equal([])
  })
})
