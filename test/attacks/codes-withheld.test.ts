import { createHash, createHmac } from 'node:crypto'
import { expect } from 'chai'
import { accountNamed } from '../../src/accounts/store.ts'
import { bindAuthenticator } from '../../src/credentials/authenticator-store.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import { parseSettings } from '../../src/organizations/settings.ts'
import { after, HOUR } from '../../src/platform/clock.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { createSecrets, hashToken } from '../../src/platform/secrets.ts'
import { smsCode } from '../../src/recovery/strategies/sms-code.ts'
import { fingerprint } from '../support/fingerprint.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  askForCode,
  changeAccount,
  codeIn,
  codeOfApp,
  createPassword,
  followLink,
  NEW_PASSWORD,
  signIn,
  type AccountColumns,
} from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'
import { dumpEverything } from './dump.ts'

interface SecretColumns extends TenantRow {
  hash: Buffer
  attempt_id: string
}

describe('attacks: codes that must not go out, and what can be learned of those that do', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  const ask = (visitor: Visitor, identifier: string, slug = 'acme') =>
    askForCode(portal, visitor, identifier, slug)
  const pageOf = async (identifier: string, slug = 'acme') => {
    const visitor = portal.visitor()
    await ask(visitor, identifier, slug)
    return fingerprint(await visitor.open(`/${slug}/recover/code`))
  }

  for (const [what, columns, goesOut] of [
    ['that is not verified', () => ({ phone_verified_at: null }), false],
    ['that is not there', () => ({ phone: null, phone_verified_at: null, phone_changed_at: null }), false],
    ['that changed 71 hours ago', (now: Date) => ({ phone_changed_at: after(now, -71 * HOUR) }), false],
    ['that changed 72 hours ago', (now: Date) => ({ phone_changed_at: after(now, -72 * HOUR) }), true],
  ] as [string, (now: Date) => Partial<AccountColumns>, boolean][])
    it(`OT-10: to a phone ${what} ${goesOut ? 'a code goes out' : 'none does'}, and the page is nobody’s`, async () => {
      await changeAccount(portal, 'acme', 'mia', columns(portal.clock.now()))
      expect(await pageOf('mia')).to.deep.equal(await pageOf('nobody'))
      expect(portal.texts).to.have.length(goesOut ? 1 : 0)
      expect(portal.mailbox).to.have.length(goesOut ? 0 : 1)
    })

  it('OT-11: where codes are switched off, posting straight to their pages sends none and answers everyone alike', async () => {
    await offer('email-link')
    const answers = []
    for (const identifier of ['mia', 'nobody']) {
      const visitor = portal.visitor()
      await visitor.open('/acme/recover')
      await visitor.press('Send Reset Link', [
        ['identifier', identifier],
        ['method', 'sms-code'],
      ])
      const { csrf } = visitor
      const post = (page: string, fields: Record<string, string>) =>
        visitor.send('POST', `/acme/recover/${page}`, { csrf, ...fields })
      answers.push([
        fingerprint(await post('choose', { method: 'sms-code' })),
        fingerprint(await post('code', { action: 'again' })),
        fingerprint(await post('code', { action: 'continue', code: '12345678' })),
      ])
      await portal.deliver()
    }
    expect(answers[1]).to.deep.equal(answers[0])
    expect(portal.texts).to.deep.equal([])
  })

  it('OT-11: one that is switched off between choosing and sending is not sent, nor can it be chosen any more', async () => {
    const chooser = portal.visitor()
    await chooser.open('/acme/recover')
    await chooser.press('Proceed', { identifier: 'noah' })
    const pages = []
    const waiting = [portal.visitor(), portal.visitor()]
    for (const [index, visitor] of waiting.entries()) {
      await visitor.open('/acme/recover')
      await visitor.press('Proceed', { identifier: ['mia', 'nobody'][index] ?? '' })
      await visitor.press('Proceed', { method: 'sms-code' })
    }
    await offer('email-link')
    await portal.deliver()
    for (const visitor of waiting) pages.push(fingerprint(await visitor.open('/acme/recover/code')))
    expect(pages[1]).to.deep.equal(pages[0])
    expect((await chooser.press('Proceed', { method: 'sms-code' })).status).to.equal(422)
    await portal.deliver()
    expect(portal.texts).to.deep.equal([])
  })

  it('OT-12: 20,000 codes are uniform in every place, zeros in front too', () => {
    for (const [authenticator, digits] of [
      ['challenge', 8],
      ['require', 6],
    ] as const) {
      const settings = parseSettings({ recovery: { authenticator } })
      const codes = Array.from({ length: 20_000 }, () => smsCode.newSecret(systemRandom, settings))
      for (const code of codes) expect(code).to.match(new RegExp(`^[0-9]{${digits}}$`))
      for (let place = 0; place < digits; place += 1) {
        const counts = Array<number>(10).fill(0)
        for (const code of codes) counts[Number(code[place])]! += 1
        // Each of ten digits 2,000 times, give or take six standard deviations.
        for (const count of counts) expect(count, `place ${place}`).to.be.within(2000 - 255, 2000 + 255)
      }
    }
  })

  it('OT-13: with all of the database and without the key, not even the right code can be told from others', async () => {
    await ask(portal.visitor(), 'mia')
    const code = codeIn(portal.texts[0])
    const stored = await onlySecret()
    const everything = await dumpEverything(portal)
    expect(everything).to.not.contain(code)
    const { secrets } = portal.app.parts
    const attempt = await onlyAttempt()
    const asked = attempt.asked_by_hash.toString('base64url')
    const hashWith = (key: typeof secrets) =>
      hashToken(key.keyedHash('recovery code', attempt.id, asked, code))
    expect(hashWith(secrets).equals(stored), 'with the key it can').to.equal(true)
    const otherKey = createSecrets([{ id: 'test', bytes: Buffer.alloc(32, 8) }], systemRandom)
    expect(hashWith(otherKey).equals(stored)).to.equal(false)

    // Everything that stands in the dump, with the code, as anybody would hash it.
    const facts = ['', ...new Set(everything.match(/[\w+/@:-]{6,}/g))]
    const guesses = facts.flatMap((fact) =>
      ['', ':', '.', '|', '"'].flatMap((joint) => [
        sha256(fact + joint + code),
        sha256(code + joint + fact),
        createHmac('sha256', fact).update(code).digest(),
      ]),
    )
    expect(guesses).to.have.length.above(1000)
    expect(guesses.filter((guess) => guess.equals(stored) || sha256(guess).equals(stored))).to.deep.equal([])
  })

  it('OT-16: no code for who runs the organization, where it has not said so; the page is nobody’s, and a link goes out', async () => {
    for (const identifier of ['adam', 'olivia']) {
      expect(await pageOf(identifier)).to.deep.equal(await pageOf('nobody'))
      const [name = ''] = portal.mailbox.at(-1)?.to.split('@') ?? []
      expect(name).to.equal(identifier)
      expect(portal.mailbox.at(-1)?.text).to.contain('could not be sent to your phone')
      const reader = portal.visitor()
      await followLink(reader, linkIn(portal.mailbox.at(-1)))
      await createPassword(reader)
      expect((await signIn(reader, identifier, NEW_PASSWORD, 'acme')).address).to.equal('/acme/account')
    }
    expect(portal.texts).to.deep.equal([])
  })

  it('OT-16: who runs it and has an authenticator gets the code, and is asked for the authenticator after it', async () => {
    const key = 'LATCHKEYTESTADAMLATCHKEYTESTADAM'
    await portal.within('acme', async (tx) => {
      const adam = await accountNamed(tx, { kind: 'username', canonical: 'adam' })
      const authenticator = { secret: key, lastStep: 0, codes: [] }
      await bindAuthenticator(tx, portal.app.parts.secrets, adam!.id, authenticator)
    })
    const adam = portal.visitor()
    await ask(adam, 'adam')
    await adam.press('Continue', { code: codeIn(portal.texts[0]) })
    expect(adam.page.address).to.equal('/acme/recover/authenticator')
    await adam.press('Continue', { code: codeOfApp(portal.clock.now(), key) })
    expect(adam.page.address).to.equal('/acme/recover/password')
  })

  it('OT-16: a member who comes to run the organization before the code is typed is out of it', async () => {
    const mia = portal.visitor()
    await ask(mia, 'mia')
    await changeAccount(portal, 'acme', 'mia', { role: 'owner', security_epoch: 1 })
    const page = await mia.press('Continue', { code: codeIn(portal.texts[0]) })
    expect(page.address).to.equal('/acme/recover/ended/account-changed')
  })

  async function offer(...methods: string[]): Promise<void> {
    await portal.change('acme', (settings) => ({ ...settings, recovery: { ...settings.recovery, methods } }))
  }

  async function onlySecret(): Promise<Buffer> {
    const [row, ...others] = await portal.within('acme', (tx) => tx.rows<SecretColumns>('recovery_secrets'))
    expect(others).to.deep.equal([])
    return row!.hash
  }

  async function onlyAttempt() {
    const rows = await portal.within('acme', (tx) =>
      tx.rows<TenantRow & { id: string; asked_by_hash: Buffer }>('recovery_attempts'),
    )
    return rows[0]!
  }
})

function sha256(of: string | Buffer): Buffer {
  return createHash('sha256').update(of).digest()
}
