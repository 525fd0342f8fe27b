import { expect } from 'chai'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { accountNamed } from '../../src/accounts/store.ts'
import { bindAuthenticator } from '../../src/credentials/authenticator-store.ts'
import { DAY } from '../../src/platform/clock.ts'
import { terminal } from '../cli/terminal.ts'
import { fingerprint } from '../support/fingerprint.ts'
import { enterAtFirst, handOut, initialIn } from '../support/people.ts'
import { allowing, openPortal, type Portal } from '../support/portal.ts'
import {
  canSignIn,
  changeAccount,
  createPassword,
  isSignedIn,
  NEW_PASSWORD,
  RINAS_PASSWORD,
  signIn,
} from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'
import { dumpEverything } from './dump.ts'

const CHOOSING = '/lantern/sign-in/new-password'

/** It has the form of an initial password, and is nobody's. */
const WRONG = '0000-0000-0000-0000'

describe('attacks: initial passwords', () => {
  let portal: Portal
  let rani: Visitor
  let initial: string

  beforeEach(async () => {
    portal = await openPortal()
    initial = await handOut(portal)
    rani = portal.visitor()
  })
  afterEach(() => portal.close())

  it('EN-03: a wrong one costs the same queries and verifications, whoever is named and however theirs stands', async () => {
    const statements = recordStatements()
    const verified = countVerifications()
    await enterAtFirst(portal.visitor(), await handOut(portal, 'used'), { username: 'used' })
    await handOut(portal, 'expired')
    portal.clock.pass(7 * DAY)
    await handOut(portal, 'good')
    const costs = []
    for (const name of ['good', 'expired', 'used', 'mia', 'nils', 'nobody']) {
      const visitor = portal.visitor()
      await visitor.open('/lantern/sign-in')
      statements.length = 0
      verified.count = 0
      const page = await visitor.press('Sign in', { identifier: name, password: WRONG })
      costs.push({ name, answer: fingerprint(page), statements: [...statements], verified: verified.count })
    }
    expect(costs[0]?.verified, 'as an initial one, and as an own one').to.equal(2)
    for (const { name, ...cost } of costs)
      expect({ name, ...cost }, name).to.deep.equal({ ...costs[0], name })
  })

  it('EN-04: the right one of somebody suspended is refused as a wrong one', async () => {
    await changeAccount(portal, 'lantern', 'rani', { state: 'suspended' })
    const answers: Page[] = [
      await signIn(portal.visitor(), 'nobody', WRONG, 'lantern'),
      await signIn(portal.visitor(), 'rani', initial, 'lantern'),
    ]
    for (const answer of answers) {
      expect(answer.status).to.equal(422)
      expect(fingerprint(answer)).to.deep.equal(fingerprint(answers[0]!))
    }
  })

  it('TK-29: strangers who fail at a name do not keep its person from their first sign-in', async () => {
    await portal.close()
    portal = await openPortal({ config: allowing({ 'sign-in-failures-per-account': 3 }) })
    const hers = await handOut(portal)
    for (let turn = 0; turn < 4; turn += 1) await signIn(portal.visitor(), 'rani', WRONG, 'lantern')
    expect((await signIn(portal.visitor(), 'rani', hers, 'lantern')).address).to.equal(CHOOSING)
  })

  it('SE-04: half-way with it, nothing opens but the choice; half-way with a password, the choice does not open', async () => {
    await signIn(rani, 'rani', initial, 'lantern')
    expect(await isSignedIn(rani, 'lantern')).to.equal(false)
    const asCode = { csrf: rani.csrf, code: '123456' }
    const byFactor = await rani.send('POST', '/lantern/sign-in/authenticator', asCode)
    expect(byFactor.location).to.equal('/lantern/sign-in')

    // Her initial password is over, and kept to tell who still has it; she has a second lock by now.
    await enterAtFirst(rani, initial)
    await addSecondLock()
    expect((await signIn(rani, 'rani', NEW_PASSWORD, 'lantern')).address).to.equal(
      '/lantern/sign-in/authenticator',
    )
    const half = rani.cookies.get('latchkey-half.lantern') ?? ''
    const { csrf } = rani
    const attempt = portal.app.parts.secrets.keyedHash('page of a half-done sign-in', half)
    expect((await rani.send('GET', CHOOSING)).location).to.equal('/lantern/sign-in')
    rani.setCookie('latchkey-half.lantern', half)
    const chosen = await rani.send('POST', CHOOSING, {
      csrf,
      attempt,
      password: RINAS_PASSWORD,
      confirmation: RINAS_PASSWORD,
    })
    expect(chosen.location).to.equal('/lantern/sign-in')
    expect(await isSignedIn(rani, 'lantern')).to.equal(false)
    expect(await canSignIn(portal, RINAS_PASSWORD, 'rani', 'lantern')).to.equal(false)
    expect(await canSignIn(portal, NEW_PASSWORD, 'rani', 'lantern')).to.equal(true)
  })

  it('SE-01: cookies that were planted before it open nothing after it', async () => {
    const planted = 'A'.repeat(43)
    for (const name of ['session', 'half', 'device']) rani.setCookie(`latchkey-${name}.lantern`, planted)
    await signIn(rani, 'rani', initial, 'lantern')
    expect(rani.cookies.get('latchkey-half.lantern')).to.not.equal(planted)
    await createPassword(rani)
    expect(rani.cookies.get('latchkey-session.lantern')).to.not.equal(planted)
    expect(rani.cookies.get('latchkey-device.lantern')).to.not.equal(planted)
    const thief = portal.visitor()
    for (const name of ['session', 'half', 'device']) thief.setCookie(`latchkey-${name}.lantern`, planted)
    expect(await isSignedIn(thief, 'lantern')).to.equal(false)
  })

  it('TK-03: of forty choices by two browsers with the same paper one counts, and one browser is in', async () => {
    const thief = portal.visitor()
    for (const one of [rani, thief]) await signIn(one, 'rani', initial, 'lantern')
    const passwords = Array.from({ length: 20 }, (_, index) => `Tr4vel-Lamp!9-${index}`)
    const answers = await Promise.all(
      [rani, thief].flatMap((one, who) =>
        passwords.map((password) =>
          one.submit('Create Password', {
            password: `${password}${String(who)}`,
            confirmation: `${password}${String(who)}`,
          }),
        ),
      ),
    )
    const opened = answers.filter(({ headers }) =>
      headers['set-cookie']?.some((cookie) => /^latchkey-session\.lantern=\S{43}/.test(cookie)),
    )
    expect(opened).to.have.length(1)
    const sessions = await portal.within('lantern', (tx) => tx.sql('sessions').select('id'))
    expect(sessions).to.have.length(1)
    const late = await signIn(portal.visitor(), 'rani', initial, 'lantern')
    expect(late.text).to.contain('your own was chosen')
  })

  it('TK-03: made five times at once for one name, there is one account, and one of them is good', async () => {
    const made = await Promise.allSettled(Array.from({ length: 5 }, () => handOut(portal, 'sari')))
    const printed = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const addresses = []
    for (const one of printed)
      addresses.push((await signIn(portal.visitor(), 'sari', one, 'lantern')).address)
    expect(addresses.filter((address) => address === CHOOSING)).to.have.length(1)
    const accounts = await portal.within('lantern', (tx) => tx.sql('accounts').where({ username: 'sari' }))
    expect(accounts).to.have.length(1)
  })

  it('TI-03: what else is sent along with an own password has no effect', async () => {
    await signIn(rani, 'rani', initial, 'lantern')
    const given = { password: NEW_PASSWORD, confirmation: NEW_PASSWORD }
    const more = { role: 'owner', email: 'rani@evil.example', username: 'mia', accountId: 'mia' }
    await rani.press('Create Password', { ...given, ...more })
    const home = await rani.open('/lantern/account')
    expect(home.text).to.contain('Member').and.to.contain('rani').and.to.not.contain('evil.example')
    expect(await canSignIn(portal, DEMO_PASSWORD, 'mia', 'lantern')).to.equal(true)
  })

  it('TK-21: it is in no table, no log, no audit detail and no page, in any form, and neither is the own one', async () => {
    await signIn(portal.visitor(), 'rani', initial, 'lantern')
    const pages = [await signIn(rani, 'rani', initial, 'lantern'), await createPassword(rani, 'short')]
    pages.push(
      await createPassword(rani, initial),
      await createPassword(rani),
      await rani.open('/lantern/account'),
    )
    pages.push(await signIn(portal.visitor(), 'rani', initial, 'lantern'))
    await portal.deliver()
    const dump = await dumpEverything(portal)
    expect(dump, 'the dump sees where it would be').to.contain('initial-password.made')
    const secrets = [initial, initial.replaceAll('-', ''), initial.toUpperCase(), NEW_PASSWORD]
    for (const secret of [...secrets, ...rani.cookies.values()]) {
      expect(dump.includes(secret), 'a table').to.equal(false)
      expect(portal.logged.join('\n').includes(secret), 'the log').to.equal(false)
    }
    for (const { body, address } of pages)
      for (const secret of secrets) expect(body.includes(secret), address).to.equal(false)
  })

  it('ASVS 6.3.1: tries at it are counted as all others, and the right one waits as well', async () => {
    for (let turn = 0; turn < 5; turn += 1) await signIn(rani, 'rani', WRONG, 'lantern')
    const waits = await signIn(rani, 'rani', initial, 'lantern')
    expect(waits.status).to.equal(429)
    expect(waits.headers['retry-after']).to.equal('1')
  })

  it('a right one that is over is no way round the count of failures', async () => {
    portal.clock.pass(7 * DAY)
    const statuses = []
    for (let turn = 0; turn < 6; turn += 1)
      statuses.push((await signIn(rani, 'rani', initial, 'lantern')).status)
    expect(statuses).to.deep.equal([422, 422, 422, 422, 422, 429])
  })

  it('80 bits of chance, none twice, whatever the command is told', async () => {
    const { said, type } = terminal(portal)
    const seen = new Set<string>()
    for (let turn = 0; turn < 20; turn += 1) {
      said.length = 0
      await type('people', 'create', 'lantern', `person${String(turn)}`)
      seen.add(initialIn(said))
    }
    expect(seen).to.have.length(20)
    for (const one of seen) expect(one).to.match(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){3}$/)
  })

  async function addSecondLock(): Promise<void> {
    await rani.press('Sign out')
    await portal.within('lantern', async (tx) => {
      const account = await accountNamed(tx, { kind: 'username', canonical: 'rani' })
      const authenticator = { secret: DEMO_AUTHENTICATOR.key, lastStep: 0, codes: [] }
      await bindAuthenticator(tx, portal.app.parts.secrets, account?.id ?? '', authenticator)
    })
  }

  /** The SQL of everything that the application asks its database from now on, without values. */
  function recordStatements(): string[] {
    const statements: string[] = []
    portal.app.parts.database.pool.on('query', ({ sql }: { sql: string }) => void statements.push(sql))
    return statements
  }

  function countVerifications(): { count: number } {
    const { hasher } = portal.app.parts
    const verify = hasher.verify.bind(hasher)
    const verified = { count: 0 }
    hasher.verify = (hash, password) => {
      verified.count += 1
      return verify(hash, password)
    }
    return verified
  }
})
