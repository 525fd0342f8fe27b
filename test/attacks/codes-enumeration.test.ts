import { expect } from 'chai'
import { after, HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { fingerprint } from '../support/fingerprint.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const [CHOOSE, HERE] = ['/acme/recover/choose', '/acme/recover/code']
const COOKIE = 'latchkey-recovery.acme'

/** Somebody who can have a code, somebody who is not there, and four who are there and get none. */
const PEOPLE = ['mia', 'nobody', 'noah', 'adam', 'olivia', 'nils']

/** Nobody's code, but once in a hundred million. */
const WRONG = '13572468'

describe('attacks: who has an account, or a phone, here? Asked on the pages of a code', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  it('EN-08: the chooser and the code’s page are the same for everyone, to the end, and no code fails differently', async () => {
    await changeAccount(portal, 'acme', 'noah', { state: 'suspended' })
    await changeAccount(portal, 'acme', 'olivia', { phone_verified_at: null })
    const walks = []
    for (const identifier of PEOPLE) walks.push({ identifier, pages: await walk(identifier) })
    const [first] = walks
    expect(first?.pages).to.have.length.above(25)
    for (const { identifier, pages } of walks)
      for (const [index, page] of pages.entries())
        expect(page, `${identifier}, page ${index}`).to.deep.equal(first?.pages[index])
    // Adam runs the organization and Olivia's number is not verified: they hear it by mail.
    expect(new Set(portal.texts.map(({ to }) => to))).to.deep.equal(new Set(['+12125550113']))
    expect(new Set(portal.mailbox.map(({ to }) => to.split('@')[0]))).to.include.keys('adam', 'olivia')
  })

  it('EN-08: neither page has an address, a number or a hint of one', async () => {
    const mia = portal.visitor()
    const pages = [await identify(mia, 'mia'), await choose(mia, 'sms-code')]
    await portal.deliver()
    pages.push(await mia.open(HERE))
    for (const { body } of pages) expect(body).to.not.match(/mia|tanaka|\+1|212|555|•|\*\*/i)
  })

  it('EN-02: known and unknown people cost the pages of a code the same queries, also after the worker was there', async () => {
    const statements: string[] = []
    portal.app.parts.database.pool.on('query', ({ sql }: { sql: string }) => void statements.push(sql))
    const deliver = async () => {
      const before = statements.splice(0)
      await portal.deliver()
      statements.length = 0
      return before
    }
    const walks: Record<string, string[][]> = { mia: [], nobody: [] }
    for (let pair = 1; pair <= 3; pair += 1) {
      for (const [identifier, of] of Object.entries(walks)) {
        const visitor = portal.visitor()
        statements.length = 0
        await identify(visitor, identifier)
        await choose(visitor, 'sms-code')
        await type(visitor)
        const asking = await deliver()
        await visitor.open(HERE)
        for (let wrong = 1; wrong <= 6; wrong += 1) await type(visitor)
        const copy = copyOf(visitor)
        portal.clock.pass(30 * SECOND)
        await visitor.press('Send a new code')
        const guessing = await deliver()
        // Of a person who is there the worker has ended the first request by now.
        await copy.open(HERE)
        await type(copy)
        await copy.press('I remember my password')
        await type(visitor)
        await visitor.press('Use email instead')
        const leaving = await deliver()
        await visitor.open(HERE)
        await visitor.press('I remember my password')
        of.push([...asking, 'then', ...guessing, 'then', ...leaving, 'then', ...statements.splice(0)])
        portal.clock.pass(HOUR)
      }
    }
    expect(walks['mia']?.[0]).to.have.length.above(100)
    expect(walks['nobody']).to.deep.equal(walks['mia'])
  })

  it('EN-02: a stranger who cancels costs the same queries whether or not the person was there and went on', async () => {
    const statements: string[] = []
    portal.app.parts.database.pool.on('query', ({ sql }: { sql: string }) => void statements.push(sql))
    const costs = []
    for (const identifier of ['mia', 'nobody']) {
      const stranger = portal.visitor()
      await identify(stranger, identifier)
      await choose(stranger, 'email-link')
      await portal.deliver()
      const [mail] = portal.mailbox
      if (identifier === 'mia') {
        const mia = portal.visitor()
        await mia.open(/http\S+token=\S+/.exec(mail?.text ?? '')?.[0] ?? '')
        await mia.press('Continue')
      }
      statements.length = 0
      await stranger.press('I remember my password')
      costs.push([...statements])
    }
    expect(costs[0]).to.have.length.above(5)
    expect(costs[1]).to.deep.equal(costs[0])
  })

  async function identify(visitor: Visitor, identifier: string): Promise<Page> {
    await visitor.open('/acme/recover')
    return visitor.press('Proceed', { identifier })
  }

  async function choose(visitor: Visitor, method: string): Promise<Page> {
    expect(visitor.page.address).to.equal(CHOOSE)
    return visitor.press('Proceed', { method })
  }

  function type(visitor: Visitor): Promise<Page> {
    return visitor.press('Continue', { code: WRONG })
  }

  /** The same browser as it is now, kept by somebody while the other goes on. */
  function copyOf(visitor: Visitor): Visitor {
    const copy = portal.visitor()
    copy.setCookie(COOKIE, visitor.cookies.get(COOKIE) ?? '')
    return copy
  }

  /** Everything that a browser is shown from naming somebody until all of it is over, with what an older cookie shows. */
  async function walk(identifier: string): Promise<object[]> {
    const began = portal.clock.now()
    const visitor = portal.visitor()
    const pages: Page[] = [await identify(visitor, identifier), await choose(visitor, 'sms-code')]
    pages.push(await visitor.press('Send a new code'), await type(visitor))
    await portal.deliver()
    pages.push(await visitor.open(HERE), await visitor.open('/acme/recover/password'))
    for (let wrong = 1; wrong <= 6; wrong += 1) pages.push(await type(visitor))
    pages.push(await visitor.press('Continue', { code: '123' }))
    const copy = copyOf(visitor)
    portal.clock.pass(30 * SECOND)
    pages.push(await visitor.press('Send a new code'))
    await portal.deliver()
    for (const browser of [visitor, copy]) {
      pages.push(await browser.open(HERE), await type(browser), await browser.open('/acme/recover/sent'))
    }
    for (const wait of [5 * MINUTE, 9 * MINUTE, 10 * MINUTE]) {
      portal.clock.pass(wait)
      pages.push(await visitor.open(HERE), await copy.open(HERE))
    }
    const again = portal.visitor()
    await identify(again, identifier)
    await choose(again, 'sms-code')
    const kept = copyOf(again)
    pages.push(await again.press('Use email instead'))
    await portal.deliver()
    pages.push(await again.open(HERE), await kept.open(HERE), await type(kept))
    pages.push(await kept.press('I remember my password'), await again.press('I remember my password'))
    // The next person begins at the same hour of the day.
    portal.clock.pass(after(began, 24 * HOUR).getTime() - portal.clock.now().getTime())
    return pages.map(fingerprint)
  }
})
