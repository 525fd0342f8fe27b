import { expect } from 'chai'
import { DAY, HOUR } from '../../src/platform/clock.ts'
import { asking, type Desk } from '../support/desk.ts'
import { fingerprint } from '../support/fingerprint.ts'
import { allowing, openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, createPassword } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const HERE = '/recover/spoken-code'

/** A code's form, and none that anybody was given but once in 2^60. */
const WRONG = '7m3k-9qpz-2vxw'

describe('attacks: the code that is read out', () => {
  let portal: Portal
  let desk: Desk
  let code: string

  beforeEach(async () => {
    portal = await openPortal({ poolSize: 10 })
    desk = asking(portal, 'harbour')
    await desk.ask(portal.visitor(), 'nils')
    code = await desk.letIn('nils')
  })
  afterEach(() => portal.close())

  const enter = async (typed: string, identifier = 'nils', slug = 'harbour', visitor = portal.visitor()) => {
    await visitor.open(`/${slug}${HERE}`)
    return visitor.submit('Continue', { identifier, code: typed })
  }
  const isIn = ({ location }: Page) => location === '/harbour/recover/password'

  it('TO-20: of two hundred guesses at once, from as many addresses, five are judged', async () => {
    const judged = countJudgements()
    const visitors: Visitor[] = []
    for (let index = 0; index < 200; index += 1) {
      const visitor = portal.visitor()
      visitors.push(visitor)
      await visitor.open(`/harbour${HERE}`)
    }
    const answers = await Promise.all(
      visitors.map((visitor, index) =>
        visitor.submit('Continue', { identifier: 'nils', code: other(index) }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([422]))
    expect(judged()).to.equal(5)
    expect(isIn(await enter(code)), 'the right one comes too late').to.equal(false)
  })

  it('TO-20: the right code among many at once opens one browser at most', async () => {
    const visitors = Array.from({ length: 20 }, () => portal.visitor())
    for (const visitor of visitors) await visitor.open(`/harbour${HERE}`)
    const answers = await Promise.all(
      visitors.map((visitor) => visitor.submit('Continue', { identifier: 'nils', code })),
    )
    expect(answers.filter(isIn)).to.have.length(1)
    expect(answers.filter(({ status }) => status === 422)).to.have.length(19)
  })

  it('TO-20: two second approvals at the same instant show one code', async () => {
    await changeAccount(portal, 'harbour', 'mia', { role: 'administrator' })
    await desk.ask(portal.visitor(), 'nils')
    await desk.approve('nils', 'adam')
    const other = asking(portal, 'harbour')
    const codes = await Promise.all([desk.spokenCode('nils', 'olivia'), other.spokenCode('nils', 'mia')])
    const [shown, ...more] = codes.filter((one) => one !== '')
    expect(more).to.deep.equal([])
    expect((await enter(code)).status, 'the one of before').to.equal(422)
    expect(isIn(await enter(shown ?? ''))).to.equal(true)
  })

  it('TO-20: it opens no other account, no other organization, and neither by another’s name', async () => {
    expect((await enter(code, 'mia')).status).to.equal(422)
    expect((await enter(code, 'mia@harbour.example')).status).to.equal(422)
    for (const slug of ['summit', 'acme']) {
      expect((await enter(code, 'nils', slug)).status, slug).to.equal(422)
      const there = asking(portal, slug)
      await there.ask(portal.visitor(), 'nils')
      const theirs = await there.letIn('nils')
      expect((await enter(theirs)).status, `the code of ${slug}`).to.equal(422)
    }
    expect(isIn(await enter(code))).to.equal(true)
  })

  it('TO-20: it works once, not after 24 hours, and not once the account has changed', async () => {
    const nils = portal.visitor()
    expect(isIn(await enter(code, 'nils', 'harbour', nils))).to.equal(true)
    expect((await enter(code)).status, 'used').to.equal(422)
    await nils.open('/harbour/recover/password')
    await createPassword(nils)
    expect((await enter(code)).status, 'done').to.equal(422)

    portal.clock.pass(HOUR)
    await desk.ask(portal.visitor(), 'nils')
    const late = await desk.letIn('nils')
    portal.clock.pass(DAY)
    expect((await enter(late)).status, 'late').to.equal(422)

    await desk.ask(portal.visitor(), 'nils')
    const outdated = await desk.letIn('nils')
    await changeAccount(portal, 'harbour', 'nils', { security_epoch: 99 })
    expect((await enter(outdated)).status, 'changed').to.equal(422)
  })

  it('TO-20: a suspended person’s code opens nothing, and a refused one neither', async () => {
    await changeAccount(portal, 'harbour', 'nils', { state: 'suspended' })
    expect((await enter(code)).status).to.equal(422)
    await changeAccount(portal, 'harbour', 'nils', { state: 'active' })
    expect(await desk.refuse('nils', 'adam')).to.equal('Refused.')
    expect((await enter(code)).status).to.equal(422)
  })

  it('TO-20: a cookie planted before is not the one that it opens', async () => {
    const nils = portal.visitor()
    const planted = 'A'.repeat(43)
    nils.setCookie('latchkey-recovery.harbour', planted)
    await enter(code, 'nils', 'harbour', nils)
    expect(nils.cookies.get('latchkey-recovery.harbour')).to.match(/^[\w-]{43}$/)
    expect(nils.cookies.get('latchkey-recovery.harbour')).to.not.equal(planted)
  })

  it('EN-08: who has a code, who has none and who is not there get one page, for one price, however often', async () => {
    await changeAccount(portal, 'harbour', 'noah', { state: 'suspended' })
    const statements: string[] = []
    portal.app.parts.database.pool.on('query', ({ sql }: { sql: string }) => void statements.push(sql))
    const walks = []
    for (const identifier of ['nils', 'nobody', 'mia', 'noah']) {
      const visitor = portal.visitor()
      await visitor.open(`/harbour${HERE}`)
      const pages = []
      for (let tries = 1; tries <= 7; tries += 1) {
        statements.length = 0
        const page = await visitor.submit('Continue', { identifier, code: WRONG })
        pages.push({ page: fingerprint(page), cost: [...statements] })
      }
      walks.push({ identifier, pages })
    }
    expect(walks[0]?.pages[0]?.cost).to.have.length.above(8)
    for (const { identifier, pages } of walks) expect(pages, identifier).to.deep.equal(walks[0]?.pages)
  })

  it('OT-05: an address has twenty guesses, of whomever, and right codes take none of them', async () => {
    await portal.close()
    portal = await openPortal({ config: allowing({ 'wrong-tokens-per-address': 2 }) })
    desk = asking(portal, 'harbour')
    const visitor = portal.visitor()
    for (let turn = 0; turn < 3; turn += 1) {
      await desk.ask(portal.visitor(), 'nils')
      expect(isIn(await enter(await desk.letIn('nils'), 'nils', 'harbour', visitor))).to.equal(true)
    }
    expect((await enter(WRONG, 'nobody', 'harbour', visitor)).status).to.equal(422)
    expect((await enter(WRONG, 'mia', 'harbour', visitor)).status).to.equal(422)
    const refused = await enter(WRONG, 'nils', 'harbour', visitor)
    expect([refused.status, refused.headers['retry-after']]).to.deep.equal([429, '600'])
  })

  it('TO-20: it rests nowhere: not in the database, not in the log', async () => {
    const bare = code.replaceAll('-', '')
    await enter(code)
    for (const table of [
      'recovery_attempts',
      'recovery_secrets',
      'recovery_requests',
      'audit_events',
      'messages',
    ])
      expect(JSON.stringify(await portal.within('harbour', (tx) => tx.sql(table))), table).to.not.match(
        new RegExp(`${code}|${bare}`),
      )
    expect(portal.logged.join('\n')).to.not.match(new RegExp(`${code}|${bare}`))
  })

  /** How many codes were compared with that of an attempt: those of nobody are looked for under no attempt's id. */
  function countJudgements(): () => number {
    const { secrets } = portal.app.parts
    const keyedHashes = secrets.keyedHashes.bind(secrets)
    let judged = 0
    secrets.keyedHashes = (purpose, ...parts) => {
      if (purpose === 'spoken code' && !parts[0]?.startsWith('00000000')) judged += 1
      return keyedHashes(purpose, ...parts)
    }
    return () => judged
  }

  /** A code that is not this one. */
  function other(index: number): string {
    return code.slice(0, -3) + String(100 + index).replace(code.slice(-3), '000')
  }
})
