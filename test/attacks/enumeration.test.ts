import { expect } from 'chai'
import { after, HOUR } from '../../src/platform/clock.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { fingerprint } from '../support/fingerprint.ts'
import { allowing, openPortal, type Portal } from '../support/portal.ts'
import { askForLink, changeAccount, signIn, signUp } from '../support/steps.ts'
import type { Page } from '../support/visitor.ts'

/** The five kinds of people whom a page that answers uniformly cannot tell apart. */
const PEOPLE = ['mia', 'nobody', 'noah', 'adam', 'nils']

describe('attacks: who has an account here?', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  it('EN-01: "forgot password" answers active, unknown, suspended, unverified and unreachable people alike', async () => {
    await disguise()
    const walks = []
    for (const identifier of PEOPLE) walks.push({ identifier, pages: await walkRecovery(identifier) })
    const [first] = walks
    for (const walk of walks) expect(walk.pages, walk.identifier).to.deep.equal(first?.pages)
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['mia@acme.example'])
  })

  it('EN-02: known and unknown people cost a recovery request the same queries, also after the worker was there', async () => {
    const statements = recordStatements()
    const walks: Record<string, string[][]> = { 'mia@harbour.example': [], 'nobody@harbour.example': [] }
    for (let pair = 1; pair <= 6; pair += 1) {
      for (const [identifier, of] of Object.entries(walks)) {
        const visitor = portal.visitor()
        await askForLink(visitor, identifier)
        await visitor.open('/harbour/recover/sent')
        const requesting = statements.splice(0)
        await portal.deliver()
        statements.length = 0
        await visitor.open('/harbour/recover/sent')
        await visitor.press('Send it again')
        await visitor.press('I remember my password')
        of.push([...requesting, 'then', ...statements.splice(0)])
      }
    }
    const [known, unknown] = Object.values(walks)
    expect(known?.[0]).to.have.length.above(30)
    expect(unknown).to.deep.equal(known)
  })

  it('EN-03: known and unknown people cost a sign-in the same queries and verifications of a hash', async () => {
    const statements = recordStatements()
    const { hasher } = portal.app.parts
    const verify = hasher.verify.bind(hasher)
    let verified = 0
    hasher.verify = (hash, password) => {
      verified += 1
      return verify(hash, password)
    }
    await signUp(portal.visitor(), { email: 'rina@harbour.example' })
    await signUp(portal.visitor(), { email: 'mia@harbour.example' })
    // Where people sign up, a sign-up that waits has a password too, which is asked for after the account's.
    for (const [slug, hashes] of [['harbour', 2] as const, ['meadow', 1] as const]) {
      const costs = []
      for (const name of [
        'mia',
        'nobody',
        'no body',
        ...['mia', 'rina', 'nobody'].map((one) => `${one}@${slug}.example`),
      ]) {
        const visitor = portal.visitor()
        await visitor.open(`/${slug}/sign-in`)
        statements.length = 0
        verified = 0
        await visitor.press('Sign in', { identifier: name, password: 'not-the-password' })
        costs.push({ statements: withoutNames(statements), verified })
      }
      expect(costs[0]?.verified).to.equal(hashes)
      for (const cost of costs) expect(cost).to.deep.equal(costs[0])
    }
  })

  it('EN-04: sign-in refuses wrong, unknown, suspended, paused and foreign people with one page', async () => {
    await portal.close()
    portal = await openPortal({ config: allowing({ 'sign-in-failures-per-account': 1 }) })
    await changeAccount(portal, 'harbour', 'noah', { state: 'suspended' })
    await signIn(portal.visitor(), 'adam', 'wrong')
    const answers: Record<string, Page> = {
      wrong: await signIn(portal.visitor(), 'mia', 'wrong'),
      unknown: await signIn(portal.visitor(), 'nobody', DEMO_PASSWORD),
      suspended: await signIn(portal.visitor(), 'noah', DEMO_PASSWORD),
      paused: await signIn(portal.visitor(), 'adam', DEMO_PASSWORD),
      'of another organization': await signIn(portal.visitor(), 'mia@summit.example', DEMO_PASSWORD),
      'no identifier at all': await signIn(portal.visitor(), ' ; drop', DEMO_PASSWORD),
    }
    const [first, ...others] = Object.entries(answers).map(([who, page]) => ({
      who,
      answer: fingerprint(page),
      status: page.status,
    }))
    expect(first?.status).to.equal(422)
    for (const { who, answer } of others) expect(answer, who).to.deep.equal(first?.answer)
  })

  it('EN-06: the limit of an address is crossed at the same request, with the same page, whoever was asked for', async () => {
    const refusals = []
    for (const identifier of ['mia@harbour.example', 'nobody@harbour.example']) {
      const visitor = portal.visitor()
      const statuses = []
      for (let request = 1; request <= 11; request += 1) {
        statuses.push((await askForLink(visitor, identifier)).status)
      }
      await visitor.open('/harbour/recover')
      const refused = await visitor.submit('Send Reset Link', { identifier })
      refusals.push({ statuses, refused: fingerprint(refused), again: refused.headers['retry-after'] })
    }
    expect(refusals[0]?.statuses).to.deep.equal([...Array<number>(10).fill(303), 429])
    expect(refusals[0]?.again).to.equal('600')
    expect(refusals[1]).to.deep.equal(refusals[0])
  })

  it('EN-06: no limit that shows is one of the person: an eleventh browser asks for Mia as freely as the first', async () => {
    for (let request = 1; request <= 12; request += 1) {
      expect((await askForLink(portal.visitor(), 'mia@harbour.example')).status).to.equal(303)
      await portal.deliver()
    }
    expect(portal.mailbox).to.have.length(3)
  })

  it('EN-11: helpful errors show on that organization’s page only, and not after five wrong names in an hour', async () => {
    expect((await askForLink(portal.visitor(), 'nobody@harbour.example', 'harbour')).status).to.equal(303)
    const prober = portal.visitor()
    const statuses = []
    for (const name of ['a1', 'b2', 'c3', 'd4', 'e5', 'f6', 'g7']) {
      statuses.push((await askForLink(prober, name, 'lantern')).status)
    }
    expect(statuses).to.deep.equal([422, 422, 422, 422, 422, 303, 303])
    portal.clock.pass(HOUR)
    expect((await askForLink(prober, 'h8', 'lantern')).status).to.equal(422)
  })

  /** Mia stays as she is; Noah is suspended and Adam's address unverified; Nils has none. */
  async function disguise(): Promise<void> {
    await changeAccount(portal, 'acme', 'noah', { state: 'suspended' })
    await changeAccount(portal, 'acme', 'adam', { email_verified_at: null })
  }

  /** Everything that a browser is shown from asking on, the worker's part and the hours after it included. */
  async function walkRecovery(identifier: string): Promise<object[]> {
    const began = portal.clock.now()
    const visitor = portal.visitor()
    const pages: Page[] = [await askForLink(visitor, identifier, 'acme')]
    pages.push(await visitor.open('/acme/recover/sent'))
    await portal.deliver()
    for (const wait of [0, HOUR, 5 * HOUR]) {
      portal.clock.pass(wait)
      pages.push(await visitor.open('/acme/recover/sent'), await visitor.open('/acme/recover/password'))
    }
    await askForLink(visitor, identifier, 'acme')
    await visitor.open('/acme/recover/sent')
    pages.push(await visitor.press('I remember my password'))
    // The next person begins at the same hour of the day.
    portal.clock.pass(after(began, 24 * HOUR).getTime() - portal.clock.now().getTime())
    return pages.map(fingerprint)
  }

  /** The SQL of everything that the application asks its database from now on, without values. */
  function recordStatements(): string[] {
    const statements: string[] = []
    portal.app.parts.database.pool.on('query', ({ sql }: { sql: string }) => void statements.push(sql))
    return statements
  }
})

/** A name is looked up by one of two columns, which says only what was typed. */
function withoutNames(statements: string[]): string[] {
  return statements.map((sql) => sql.replace(/"(username|email_canonical)"/, '"name"'))
}
