import { expect } from 'chai'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import {
  askForCode,
  codeIn,
  codeOfApp,
  createPassword,
  followLink,
  getLink,
  NEW_PASSWORD,
  setUpAuthenticator,
  signIn,
  wrongCodeOfApp,
} from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'
import { dumpEverything } from './dump.ts'

const STEPS = ['authenticator', 'enrol', 'recovery-codes', 'password']

describe('attacks: the second factor in a recovery', () => {
  let portal: Portal
  let mia: Visitor
  let noah: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
    noah = portal.visitor()
  })
  afterEach(() => portal.close())

  const byLink = async (visitor: Visitor, identifier: string) =>
    followLink(visitor, await getLink(portal, visitor, `${identifier}@lantern.example`, 'lantern'))
  const byCode = async (visitor: Visitor, identifier: string) => {
    await askForCode(portal, visitor, identifier, 'acme')
    return visitor.press('Continue', { code: codeIn(portal.texts.at(-1)) })
  }
  const keyOn = (visitor: Visitor) =>
    (visitor.page.root.querySelector('code.key')?.textContent ?? '').replaceAll(' ', '')
  const authenticators = (slug: string) => portal.within(slug, (tx) => tx.rows('authenticators'))
  const pending = (slug: string) =>
    portal.within(slug, async (tx) => {
      const rows = tx.rows<TenantRow & { pending_sealed: string | null }>('recovery_attempts')
      return (await rows.whereNotNull('pending_sealed')).length
    })

  /** Every page of every other step is opened and posted to, and leads back to where the browser stands. */
  async function standsAt(visitor: Visitor, slug: string, step: string): Promise<void> {
    const { csrf } = visitor
    for (const other of STEPS.filter((one) => one !== step)) {
      const here = `/${slug}/recover/${other}`
      expect((await visitor.send('GET', here)).location, here).to.equal(`/${slug}/recover/${step}`)
      for (const fields of [
        { password: NEW_PASSWORD, confirmation: NEW_PASSWORD },
        { action: 'begin' },
        { action: 'confirm', code: codeOfApp(portal.clock.now()) },
        { code: DEMO_AUTHENTICATOR.recoveryCodes[0] ?? '' },
      ]) {
        const answer = await visitor.send('POST', here, { csrf, ...fields })
        if (answer.status !== 422) expect(answer.location, here).to.equal(`/${slug}/recover/${step}`)
      }
    }
    expect((await visitor.open(`/${slug}/recover/${step}`)).status).to.equal(200)
  }

  it('OT-15: the right code by SMS does not stand in for the authenticator, whatever is posted after it', async () => {
    await byCode(noah, 'noah')
    await standsAt(noah, 'acme', 'authenticator')
    await signIn(noah, 'noah', DEMO_PASSWORD, 'acme')
    expect(noah.page.address, 'his password is as it was').to.equal('/acme/sign-in/authenticator')
  })

  it('TK-16: forms and answers kept from one’s own recovery open nothing in that of who has an authenticator', async () => {
    const thief = portal.visitor()
    await byCode(thief, 'mia')
    const own = Object.fromEntries(
      thief.page.root
        .querySelectorAll('form input[name]')
        .map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') || NEW_PASSWORD]),
    )
    const ownCookie = thief.cookies.get('latchkey-recovery.acme') ?? ''
    await createPassword(thief)
    expect(thief.page.address).to.equal('/acme/recover/done')
    const kept = new Map(thief.cookies)

    await byCode(thief, 'noah')
    const replay = () => thief.send('POST', '/acme/recover/password', own)
    expect((await replay()).location).to.equal('/acme/recover/authenticator')
    for (const [name, value] of kept)
      if (!name.includes('recovery') && !name.includes('form')) thief.setCookie(name, value)
    expect((await replay()).location).to.equal('/acme/recover/authenticator')
    expect((await thief.open('/acme/recover/done')).address).to.equal('/acme/recover/authenticator')
    thief.setCookie('latchkey-recovery.acme', ownCookie)
    expect((await replay()).location).to.equal('/acme/recover/done')
    await signIn(noah, 'noah', DEMO_PASSWORD, 'acme')
    expect(noah.page.address).to.equal('/acme/sign-in/authenticator')
  })

  it('TO-05: wrong codes over many recoveries are five and then none', async () => {
    const statuses = []
    for (let turn = 0; turn < 3; turn += 1) {
      const visitor = portal.visitor()
      await byLink(visitor, 'noah')
      for (let wrong = 0; wrong < 2; wrong += 1)
        statuses.push((await visitor.press('Continue', { code: wrongCodeOfApp(portal.clock.now()) })).status)
    }
    expect(statuses).to.deep.equal([422, 422, 422, 422, 422, 429])
  })

  it('TO-05: who knows the password and sends wrong codes pauses sign-in, and never the person’s way out', async () => {
    const thief = portal.visitor()
    await signIn(thief, 'noah', DEMO_PASSWORD, 'lantern')
    for (let wrong = 0; wrong < 5; wrong += 1)
      await thief.press('Sign in', { code: wrongCodeOfApp(portal.clock.now()) })
    expect((await thief.press('Sign in', { code: codeOfApp(portal.clock.now()) })).status).to.equal(429)
    await byLink(noah, 'noah')
    await noah.press('Continue', { code: codeOfApp(portal.clock.now()) })
    await standsAt(noah, 'lantern', 'password')
  })

  it('TO-06: who has an authenticator cannot set up another in its place, and keeps the old one', async () => {
    await byLink(noah, 'noah')
    await standsAt(noah, 'lantern', 'authenticator')
    expect(await pending('lantern')).to.equal(0)
    await noah.press('Continue', { code: codeOfApp(portal.clock.now()) })
    await standsAt(noah, 'lantern', 'password')
    await createPassword(noah)
    expect(await authenticators('lantern')).to.have.length(1)
    portal.clock.pass(31 * SECOND)
    const elsewhere = portal.visitor()
    await signIn(elsewhere, 'noah', NEW_PASSWORD, 'lantern')
    const page = await elsewhere.press('Sign in', { code: codeOfApp(portal.clock.now()) })
    expect(page.address).to.equal('/lantern/account')
  })

  it('TO-07: where an authenticator comes first, a password posted before it changes nothing', async () => {
    await byLink(mia, 'mia')
    await standsAt(mia, 'lantern', 'enrol')
    await mia.press('Continue', { code: codeOfApp(portal.clock.now(), keyOn(mia)) })
    await standsAt(mia, 'lantern', 'recovery-codes')
    expect(await authenticators('lantern'), 'Noah’s').to.have.length(1)
    const elsewhere = portal.visitor()
    await signIn(elsewhere, 'mia', DEMO_PASSWORD, 'lantern')
    expect(elsewhere.page.address).to.equal('/lantern/account')
  })

  for (const [what, goOn] of [
    ['after the picture was shown', () => Promise.resolve()],
    [
      'after its code was right',
      () => mia.press('Continue', { code: codeOfApp(portal.clock.now(), keyOn(mia)) }),
    ],
    ['before the password', () => setUpAuthenticator(portal, mia)],
  ] as [string, () => Promise<unknown>][])
    it(`TO-08: abandoned ${what}, it leaves the account as it was, and its key is gone in 15 minutes`, async () => {
      await byLink(mia, 'mia')
      const key = keyOn(mia)
      await goOn()
      const elsewhere = portal.visitor()
      await signIn(elsewhere, 'mia', DEMO_PASSWORD, 'lantern')
      expect(elsewhere.page.address).to.equal('/lantern/account')
      portal.clock.pass(15 * MINUTE - SECOND)
      await portal.app.keepHouse()
      expect(await pending('lantern')).to.equal(1)
      portal.clock.pass(SECOND)
      await portal.app.keepHouse()
      expect(await pending('lantern')).to.equal(0)
      const { csrf } = mia
      for (const step of STEPS) {
        const fields = { csrf, action: 'confirm', code: codeOfApp(portal.clock.now(), key) }
        const late = await mia.send('POST', `/lantern/recover/${step}`, fields)
        if (late.status !== 422) expect(late.location).to.equal('/lantern/recover/ended/expired')
        expect((await mia.open(`/lantern/recover/${step}`)).address).to.equal(
          '/lantern/recover/ended/expired',
        )
      }
      expect(await authenticators('lantern'), 'Noah’s').to.have.length(1)
      await byLink(mia, 'mia')
      expect(keyOn(mia))
        .to.match(/^[A-Z2-7]{32}$/)
        .and.not.equal(key)
    })

  it('TO-08: whose link still lives may begin again when the time is over, with another key', async () => {
    await portal.change('lantern', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, linkLifetimeMinutes: 60 },
    }))
    const link = await getLink(portal, mia, 'mia@lantern.example', 'lantern')
    await followLink(mia, link)
    const key = keyOn(mia)
    await setUpAuthenticator(portal, mia)
    portal.clock.pass(15 * MINUTE)
    await portal.app.keepHouse()
    expect((await followLink(mia, link)).address).to.equal('/lantern/recover/enrol')
    expect(keyOn(mia)).to.not.equal(key)
    await setUpAuthenticator(portal, mia)
    expect((await createPassword(mia)).address).to.equal('/lantern/account')
  })

  it('TO-11: a recovery that is done, its link and its cookie bind no second authenticator; nor does one beside it', async () => {
    const beside = portal.visitor()
    await byLink(beside, 'mia')
    const besideKey = keyOn(beside)
    const link = await getLink(portal, mia, 'mia@lantern.example', 'lantern')
    await followLink(mia, link)
    const cookie = mia.cookies.get('latchkey-recovery.lantern') ?? ''
    const key = await setUpAuthenticator(portal, mia)
    await createPassword(mia)

    const copy = portal.visitor()
    expect((await copy.open(link)).status).to.equal(410)
    copy.setCookie('latchkey-recovery.lantern', cookie)
    await copy.open('/lantern/recover')
    for (const [visitor, itsKey, leadsTo] of [
      [copy, key, '/lantern/recover/done'],
      [beside, besideKey, '/lantern/recover/ended/account-changed'],
    ] as const) {
      for (const step of STEPS) {
        const code = codeOfApp(portal.clock.now(), itsKey)
        const forced = { csrf: visitor.csrf, action: 'confirm', code, password: 'An0ther-Lamp!9' }
        const answer = await visitor.send('POST', `/lantern/recover/${step}`, {
          ...forced,
          confirmation: 'An0ther-Lamp!9',
        })
        expect(answer.location, step).to.equal(leadsTo)
      }
    }
    expect(await authenticators('lantern'), 'hers and Noah’s').to.have.length(2)
    portal.clock.pass(31 * SECOND)
    const elsewhere = portal.visitor()
    await signIn(elsewhere, 'mia', NEW_PASSWORD, 'lantern')
    const page = await elsewhere.press('Sign in', { code: codeOfApp(portal.clock.now(), key) })
    expect(page.address).to.equal('/lantern/account')
  })

  it('TO-13: the key is on one page that nobody stores, in no address, log or table, and not there afterwards', async () => {
    await byLink(mia, 'mia')
    const key = keyOn(mia)
    expect(mia.page.headers['cache-control']).to.equal('no-store')
    expect(mia.page.address).to.equal('/lantern/recover/enrol')
    const isKept = async () =>
      [await dumpEverything(portal), ...portal.logged, ...mia.cookies.values()].some((text) =>
        text.includes(key),
      )
    expect(await isKept(), 'while it is shown').to.equal(false)
    const codes = await mia.press('Continue', { code: codeOfApp(portal.clock.now(), key) })
    expect(codes.headers['cache-control']).to.equal('no-store')
    const shown = codes.root.querySelectorAll('.codes code').map((code) => code.textContent)
    expect((await mia.open('/lantern/recover/enrol')).body).to.not.contain(key)
    await mia.press('Continue', { code: shown[0] ?? '' })
    await createPassword(mia)
    for (const path of ['recover/enrol', 'recover/recovery-codes', 'recover/done', 'account']) {
      const { body } = await mia.open(`/lantern/${path}`)
      for (const secret of [key, ...shown]) expect(body, path).to.not.contain(secret)
    }
    expect(await isKept(), 'when it is bound').to.equal(false)
    const kept = [await dumpEverything(portal), ...portal.logged].join('\n')
    for (const secret of shown) expect(kept).to.not.contain(secret)
  })
})
