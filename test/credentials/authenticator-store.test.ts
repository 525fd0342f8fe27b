import { expect } from 'chai'
import { Secret, TOTP } from 'otpauth'
import {
  authenticatorOf,
  bindAuthenticator,
  countFactorTry,
  removeAuthenticator,
  spendFactor,
} from '../../src/credentials/authenticator-store.ts'
import { newRecoveryCodes } from '../../src/credentials/recovery-codes.ts'
import { newTotpSecret } from '../../src/credentials/totp.ts'
import {
  withOrganization,
  withoutOrganization,
  type TenantRow,
  type Transaction,
} from '../../src/database/transaction.ts'
import { after as instantAfter, DAY, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { createSecrets, SealBroken } from '../../src/platform/secrets.ts'
import { stoppedClock } from '../support/clock.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { wrongCodeOfApp } from '../support/steps.ts'

const secrets = createSecrets([{ id: 'test', bytes: systemRandom.bytes(32) }], systemRandom)
const STEP = 30 * SECOND

type Row = TenantRow & {
  account_id: string
  secret_sealed: string
  failures: number
  paused_until: Date | null
}

describe('authenticators and recovery codes, on the real database', () => {
  const clock = stoppedClock()
  let fresh: FreshDatabase
  let harbour: string
  let account: string
  let secret: string
  let codes: string[]

  const within = <Result>(work: (tx: Transaction) => Promise<Result>, organization = harbour) =>
    withOrganization(fresh.database, organization, work)
  const bind = (lastStep = 0) =>
    within((tx) => bindAuthenticator(tx, secrets, account, { secret, lastStep, codes }))
  const count = () => within((tx) => countFactorTry(tx, account, 'sign-in'))
  const spend = (typed: string) => within((tx) => spendFactor(tx, secrets, account, typed))
  const codeAt = (offset = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({
      timestamp: instantAfter(clock.now(), offset).getTime(),
    })
  /** One try as a page makes it: counted, committed, and only then judged. */
  const attempt = async (typed: string) => ((await count()).allowed ? spend(typed) : 'paused')
  const times = <Result>(many: number, work: () => Promise<Result>) =>
    Promise.all(Array.from({ length: many }, work))
  const wrongCode = () => wrongCodeOfApp(clock.now(), secret)

  before(async () => {
    fresh = await freshDatabase({ clock })
    harbour = await addOrganization('harbour')
  })
  after(() => fresh.close())

  beforeEach(async () => {
    clock.pass(DAY)
    secret = newTotpSecret(systemRandom)
    codes = newRecoveryCodes(systemRandom)
    account = await addAccount()
    await bind()
  })

  it('TO-01: takes one code once of thirty at the same instant, and never again', async () => {
    const code = codeAt()
    const answers = await times(30, () => spend(code))
    expect(answers.filter((answer) => answer !== null)).to.deep.equal([
      { proof: 'authenticator', codesLeft: 10 },
    ])
    expect(await spend(code)).to.equal(null)
  })

  it('takes a recovery code once of thirty at the same instant, and counts down', async () => {
    const answers = await times(30, () => spend(codes[0]!.toUpperCase()))
    expect(answers.filter((answer) => answer !== null)).to.deep.equal([
      { proof: 'recovery-code', codesLeft: 9 },
    ])
    expect(await spend(codes[0]!)).to.equal(null)
    expect(await spend(codes[1]!)).to.deep.equal({ proof: 'recovery-code', codesLeft: 8 })
    expect(await within((tx) => authenticatorOf(tx, account))).to.deep.equal({
      confirmedAt: clock.now(),
      codesLeft: 8,
    })
  })

  it('TO-02: refuses the code that confirmed it, at the first sign-in', async () => {
    await bind(Math.floor(clock.now().getTime() / STEP))
    expect(await spend(codeAt())).to.equal(null)
    clock.pass(STEP)
    expect(await spend(codeAt())).to.include({ proof: 'authenticator' })
  })

  it('TO-03: after step N takes neither N−1 nor, later, N again', async () => {
    const [earlier, code] = [codeAt(-STEP), codeAt()]
    expect(await spend(code)).to.include({ proof: 'authenticator' })
    expect(await spend(earlier)).to.equal(null)
    for (const seconds of [61, 75, 89]) {
      const passed = new Date(clock.now())
      clock.pass(seconds * SECOND)
      expect(await spend(code), `${seconds} s later`).to.equal(null)
      clock.pass(passed.getTime() - clock.now().getTime())
    }
  })

  it('TO-04: takes the codes of one step before and after, and none of two', async () => {
    for (const [offset, isTaken] of [
      [-60, false],
      [-30, true],
      [0, true],
      [30, true],
      [60, false],
    ] as const) {
      await bind()
      expect((await spend(codeAt(offset * SECOND))) !== null, `${offset} s`).to.equal(isTaken)
    }
  })

  it('TO-05: judges five of sixty wrong codes sent at once, and then not even the right one', async () => {
    const wrong = wrongCode()
    const answers = await times(60, () => attempt(wrong))
    expect(answers.filter((answer) => answer === null)).to.have.length(5)
    expect(await attempt(codeAt())).to.equal('paused')
    expect(await attempt(codes[0]!), 'recovery codes share the count').to.equal('paused')
  })

  it('TO-05: pauses for 15 minutes, then doubling, one try at the end of each, up to a day', async () => {
    for (let failure = 1; failure <= 5; failure += 1) expect(await attempt(wrongCode())).to.equal(null)
    for (const minutes of [15, 30, 60, 120, 240, 480, 960, 1440, 1440]) {
      expect(await count()).to.deep.equal({ allowed: false, retryAfterSeconds: minutes * 60 })
      clock.pass(minutes * MINUTE - 1)
      expect(await count()).to.deep.equal({ allowed: false, retryAfterSeconds: 1 })
      clock.pass(1)
      expect((await times(30, count)).filter(({ allowed }) => allowed)).to.have.length(1)
    }
  })

  it('forgets its failures at a right factor, of either kind, and at no other time', async () => {
    for (const right of [() => codeAt(), () => codes[0]!]) {
      for (let failure = 1; failure <= 4; failure += 1) await attempt(wrongCode())
      clock.pass(30 * DAY)
      expect((await rowOf(account)).failures, 'time does not').to.equal(4)
      expect(await attempt(right()), 'the fifth').to.not.equal(null)
      expect(await rowOf(account)).to.include({ failures: 0, paused_until: null })
    }
  })

  it('has nothing to count and takes nothing for who has none, and loses its codes with it', async () => {
    await within((tx) => removeAuthenticator(tx, account))
    expect(await within((tx) => authenticatorOf(tx, account))).to.equal(null)
    expect(await count()).to.deep.equal({ allowed: true })
    for (const typed of [codeAt(), codes[0]!]) expect(await spend(typed)).to.equal(null)
    expect(await within((tx) => tx.rows('recovery_codes').where('account_id', account))).to.deep.equal([])
  })

  it('replaces what was there: the old secret and the old codes are nothing any more', async () => {
    for (let failure = 1; failure <= 5; failure += 1) await attempt(wrongCode())
    const [oldCode, oldRecoveryCode] = [codeAt(), codes[0]!]
    secret = newTotpSecret(systemRandom)
    codes = newRecoveryCodes(systemRandom)
    await bind()
    expect(await rowOf(account)).to.include({ failures: 0, paused_until: null })
    for (const typed of [oldCode, oldRecoveryCode]) expect(await spend(typed)).to.equal(null)
    expect(await spend(codeAt())).to.deep.equal({ proof: 'authenticator', codesLeft: 10 })
  })

  it('TO-12: takes nothing that is no code, and no text makes it fail', async () => {
    for (const typed of [
      '',
      '12345',
      '1234567',
      'abcdef',
      '１２３４５６',
      `${codeAt()}0`,
      "' or 1=1 --",
      'x'.repeat(9999),
    ])
      expect(await spend(typed), typed).to.equal(null)
  })

  it('keeps the secret sealed to its account: a copied row opens nothing', async () => {
    const thief = await addAccount()
    const { secret_sealed } = await rowOf(account)
    expect(secret_sealed).to.not.include(secret)
    await within((tx) =>
      bindAuthenticator(tx, secrets, thief, { secret: newTotpSecret(systemRandom), lastStep: 0, codes: [] }),
    )
    await within((tx) => tx.rows<Row>('authenticators').where('account_id', thief).update({ secret_sealed }))
    const copied = await within((tx) => spendFactor(tx, secrets, thief, codeAt())).catch(
      (error: unknown) => error,
    )
    expect(copied).to.be.instanceOf(SealBroken)
  })

  it('is one organization’s own', async () => {
    const summit = await addOrganization('summit')
    expect(await within((tx) => authenticatorOf(tx, account), summit)).to.equal(null)
    expect(await within((tx) => spendFactor(tx, secrets, account, codeAt()), summit)).to.equal(null)
    await within((tx) => removeAuthenticator(tx, account), summit)
    expect(await spend(codeAt())).to.not.equal(null)
  })

  async function addOrganization(slug: string): Promise<string> {
    const id = newId(systemRandom, clock.now())
    const row = { id, slug, name: slug, state: 'active', created_at: clock.now() }
    await withoutOrganization(fresh.database, ({ sql }) => sql('organizations').insert(row))
    return id
  }

  async function addAccount(): Promise<string> {
    const id = newId(systemRandom, clock.now())
    const facts = { full_name: 'Noah', role: 'member', state: 'active', security_epoch: 0 }
    await within((tx) => tx.insert('accounts', { id, created_at: clock.now(), ...facts }))
    return id
  }

  async function rowOf(of: string): Promise<Row> {
    return within(async (tx) => (await tx.rows<Row>('authenticators').where('account_id', of).first())!)
  }
})
