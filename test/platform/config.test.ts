import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { LIMIT_NAMES } from '../../src/limits/limits.ts'
import { BadConfiguration, loadConfig } from '../../src/platform/config.ts'
import { systemRandom } from '../../src/platform/random.ts'

const keyText = (bytes: number) => systemRandom.bytes(bytes).toString('base64')
const goodKey = keyText(32)
const demo = { SECRET_KEYS: `test:${goodKey}` }
const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://latchkey_app:hush@db.example.org/latchkey',
  PUBLIC_URL: 'https://account.example.org',
  SECRET_KEYS: `test:${goodKey}`,
  SMTP_URL: 'smtps://mailer:hush@mail.example.org',
  MAIL_FROM: 'Harbour <account@example.org>',
  TRUSTED_PROXIES: '1',
}

const twilio = {
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'f'.repeat(32),
  TWILIO_FROM: '+12025550100',
}

/** Each fault that an environment has, as it is told. */
function faults(environment: Record<string, string>, limitNames?: readonly string[]): string[] {
  try {
    loadConfig(environment, limitNames)
    return []
  } catch (error) {
    if (!(error instanceof BadConfiguration)) throw error
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/^ {2}- /, ''))
  }
}

describe('configuration', () => {
  let dataDir: string
  beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'latchkey-config-'))))
  afterEach(() => rmSync(dataDir, { recursive: true }))

  it('is a demo on this machine when nothing is said', () => {
    const config = loadConfig({ DATA_DIR: dataDir })
    expect(config.environment).to.equal('demo')
    expect(config.server).to.deep.equal({
      host: '127.0.0.1',
      port: 3000,
      publicUrl: 'http://localhost:3000',
      trustedProxies: 0,
    })
    expect(config.database).to.include({ url: null, ownerUrl: null, directUrl: null })
    expect(config.mail.smtpUrl).to.equal(null)
    expect(config.sms).to.equal(null)
    expect(config.limits['wrong-tokens-per-address']).to.deep.equal({ count: 20, seconds: 600 })
  })

  it('takes what the environment says, and listens to everyone in production', () => {
    const config = loadConfig({
      ...production,
      PORT: '8080',
      DATABASE_POOL_SIZE: '5',
      PUBLIC_URL: 'https://Account.example.org/',
    })
    expect(config.environment).to.equal('production')
    expect(config.server).to.deep.equal({
      host: '0.0.0.0',
      port: 8080,
      publicUrl: 'https://account.example.org',
      trustedProxies: 1,
    })
    expect(config.database).to.include({ url: production.DATABASE_URL, poolSize: 5 })
    expect(config.mail).to.deep.equal({ smtpUrl: production.SMTP_URL, from: production.MAIL_FROM })
    expect(config.secretKeys).to.deep.equal([{ id: 'test', bytes: Buffer.from(goodKey, 'base64') }])
  })

  it('makes the demo a key of its own, for this user only, and finds it again', () => {
    const [made, found] = [loadConfig({ DATA_DIR: dataDir }), loadConfig({ DATA_DIR: dataDir })]
    expect(made.secretKeys).to.deep.equal(found.secretKeys)
    expect(made.secretKeys[0]?.bytes).to.have.length(32)
    const file = join(dataDir, 'secret-key')
    expect(Buffer.from(readFileSync(file, 'utf8'), 'base64')).to.deep.equal(made.secretKeys[0]?.bytes)
    expect(statSync(file).mode & 0o777).to.equal(0o600)
  })

  for (const [what, content] of [
    ['is empty', ''],
    ['holds a shorter key', keyText(31)],
  ] as const) {
    it(`refuses the demo’s own key when its file ${what}, by its name`, () => {
      const file = join(dataDir, 'secret-key')
      writeFileSync(file, content)
      expect(() => loadConfig({ DATA_DIR: dataDir })).to.throw(BadConfiguration, file)
    })
  }

  it('says that DATA_DIR is wrong where the demo’s key cannot be kept', () => {
    expect(() => loadConfig({ DATA_DIR: '/dev/null/x' })).to.throw(
      BadConfiguration,
      /^DATA_DIR: .*\/dev\/null\/x/,
    )
  })

  it('has every limit that there is, and no other', () => {
    expect(faults(demo, LIMIT_NAMES)).to.deep.equal([])
  })

  it('names a limit that is missing and one that there is not, with all other faults', () => {
    const [first, ...others] = LIMIT_NAMES
    expect(faults({ ...demo, PORT: 'http' }, [...others, 'new-limit']).slice(1)).to.deep.equal([
      'config setting limits.new-limit: is missing',
      `config setting limits.${first}: there is no such limit`,
    ])
  })

  for (const [variable, value] of [
    ['NODE_ENV', 'staging'],
    ['HOST', ' '],
    ['HOST', '0.0.0.0'],
    ['MAIL_FROM', 'zz'],
    ['MAIL_FROM', 'Latchkey <zz>'],
    ['PORT', '70000'],
    ['PORT', 'http'],
    ['PUBLIC_URL', 'localhost'],
    ['PUBLIC_URL', 'http://localhost:3000/account'],
    ['PUBLIC_URL', 'http://me@localhost:3000'],
    ['PUBLIC_URL', 'ftp://localhost'],
    ['PUBLIC_URL', 'http://account.example.org'],
    ['TRUSTED_PROXIES', 'all'],
    ['TRUSTED_PROXIES', '-1'],
    ['DATABASE_URL', 'mysql://localhost/latchkey'],
    ['DATABASE_OWNER_URL', 'localhost'],
    ['DATABASE_DIRECT_URL', 'https://localhost'],
    ['DATABASE_POOL_SIZE', '0'],
    ['SMTP_URL', 'mail.example.org'],
    ['LOG_LEVEL', 'loud'],
    ['SECRET_KEYS', goodKey],
    ['SECRET_KEYS', `test:${keyText(31)}`],
    ['SECRET_KEYS', `a b:${goodKey}`],
    ['SECRET_KEYS', `test:${goodKey},test:${keyText(32)}`],
  ] as const) {
    it(`refuses ${variable}=${value.replaceAll(/[\w+/]{40,}=*/g, '…')} by that name`, () => {
      const told = faults({ ...demo, MAIL_FROM: 'a@example.org', [variable]: value })
      expect(told).to.not.deep.equal([])
      for (const fault of told) expect(fault).to.match(new RegExp(`^${variable}: `))
    })
  }

  for (const [variable, value] of [
    ['TWILIO_ACCOUNT_SID', 'SK0123'],
    ['TWILIO_AUTH_TOKEN', 'short'],
    ['TWILIO_FROM', '0815'],
    ['TWILIO_API_URL', 'ftp://localhost'],
    ['TWILIO_API_URL', 'http://api.example.org'],
    ['TWILIO_API_URL', 'https://api.example.org/2010'],
  ] as const) {
    it(`refuses ${variable}=${value} by that name`, () => {
      const told = faults({ ...demo, ...twilio, [variable]: value })
      expect(told).to.not.deep.equal([])
      for (const fault of told) expect(fault).to.match(new RegExp(`^${variable}: `))
    })
  }

  it('takes a whole account at Twilio, in the demo and in production, and no half of one', () => {
    const account = { accountSid: twilio.TWILIO_ACCOUNT_SID, authToken: twilio.TWILIO_AUTH_TOKEN }
    for (const environment of [demo, production])
      expect(loadConfig({ ...environment, ...twilio }).sms).to.deep.equal({
        ...account,
        from: twilio.TWILIO_FROM,
        apiUrl: null,
      })
    for (const variable of Object.keys(twilio))
      expect(faults({ ...demo, ...twilio, [variable]: '' })).to.deep.equal([
        `${variable}: must be set where any of TWILIO_* is`,
      ])
    expect(faults({ ...demo, TWILIO_API_URL: 'http://localhost:4000' })).to.have.length(3)
  })

  it('wants a sender where mail goes out', () => {
    expect(faults({ ...demo, SMTP_URL: 'smtp://localhost' })).to.deep.equal([
      'MAIL_FROM: must be set where SMTP_URL is',
    ])
  })

  for (const variable of [
    'DATABASE_URL',
    'PUBLIC_URL',
    'SECRET_KEYS',
    'SMTP_URL',
    'TRUSTED_PROXIES',
    'MAIL_FROM',
  ] as const) {
    it(`does not start in production without ${variable}`, () => {
      const told = faults({ ...production, [variable]: '' })
      expect(told).to.have.length(1)
      expect(told[0]).to.match(new RegExp(`^${variable}: `))
    })
  }

  it('tells metrics nowhere by itself, and never to everybody', () => {
    const on = (environment: Record<string, string>) => loadConfig({ ...demo, ...environment }).metrics
    expect(on({})).to.equal(null)
    expect(on({ METRICS_PORT: '9100' })).to.deep.equal({ host: '127.0.0.1', port: 9100 })
    expect(on({ METRICS_PORT: '9100', METRICS_HOST: '10.0.3.7' })?.host).to.equal('10.0.3.7')
    for (const METRICS_HOST of ['0.0.0.0', '::', '203.0.113.5', 'metrics.example.org'])
      expect(() => on({ METRICS_PORT: '9100', METRICS_HOST }), METRICS_HOST).to.throw('METRICS_HOST')
    expect(() => on({ METRICS_PORT: '99999' })).to.throw('METRICS_PORT')
  })

  it('does not start in production on plain http', () => {
    expect(faults({ ...production, PUBLIC_URL: 'http://account.example.org' })).to.deep.equal([
      'PUBLIC_URL: production needs the https address that people use',
    ])
  })

  it('names all faults at once', () => {
    const told = faults({ NODE_ENV: 'production', PORT: '70000', LOG_LEVEL: 'loud', DATABASE_POOL_SIZE: '0' })
    expect(told.map((fault) => fault.split(':')[0]).toSorted()).to.deep.equal([
      'DATABASE_POOL_SIZE',
      'DATABASE_URL',
      'LOG_LEVEL',
      'MAIL_FROM',
      'PORT',
      'PUBLIC_URL',
      'SECRET_KEYS',
      'SMTP_URL',
      'TRUSTED_PROXIES',
    ])
  })

  it('never repeats a key or a password in a fault', () => {
    const [badKey, weakKey] = [keyText(31), keyText(8)]
    const told = faults({
      ...production,
      SECRET_KEYS: `one:${badKey},one:${weakKey},${goodKey}`,
      DATABASE_URL: 'mysql://latchkey:hush@db.example.org',
      SMTP_URL: 'http://mailer:hush@mail.example.org',
    }).join('\n')
    expect(told).to.include('DATABASE_URL').and.include('SMTP_URL').and.include('SECRET_KEYS')
    for (const secret of ['hush', badKey, weakKey, goodKey]) expect(told).to.not.include(secret)
  })
})
