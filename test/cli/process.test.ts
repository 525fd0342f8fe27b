import { expect } from 'chai'
import { openPool } from '../../src/database/connect.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { freePort } from '../faults/process.ts'
import { latchkey, type Running } from './process.ts'

const PRODUCTION = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://account.example.org',
  SMTP_URL: 'smtp://127.0.0.1:2525',
  MAIL_FROM: 'Accounts <accounts@example.org>',
  TRUSTED_PROXIES: '0',
}

describe('Commands in a process of their own', function () {
  this.timeout(60_000)
  let store: FreshDatabase
  const running: Running[] = []
  const start = (words: string[], environment: Record<string, string> = {}) => {
    const one = latchkey(words, store, environment)
    running.push(one)
    return one
  }

  beforeEach(async () => {
    store = await freshDatabase()
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.end()))
    await store.close()
  })

  it('migrate finds nothing to do in a database that is up to date', async () => {
    const { code, out } = await start(['migrate']).ended
    expect(out).to.equal('The database is up to date.\n')
    expect(code).to.equal(0)
  })

  it('demo says where everything is, serves, tells its metrics, ends when it is told to, and is nothing for production', async () => {
    const [port, metrics] = [await freePort(), await freePort()]
    const demo = start(['demo'], { PORT: String(port), METRICS_PORT: String(metrics) })
    const words = await demo.says('Ctrl-C stops everything')
    for (const slug of ['harbour', 'summit', 'lantern', 'meadow', 'acme'])
      expect(words).to.contain(`/${slug}/sign-in`)
    expect(words).to.contain('mia (member)').and.to.contain('/demo/outbox')
    await tellsItsMetrics(port, metrics)
    expect((await demo.end()).code).to.equal(0)

    const refused = await start(['demo'], PRODUCTION).ended
    expect(refused).to.include({ code: 1, err: 'There is no demo in production.\n' })
    const served = await start(['serve'], PRODUCTION).ended
    expect(served.code).to.equal(1)
    expect(served.err).to.contain('the database of the demo')
  })

  /** On a port that nobody else gets, and to nobody who comes by the front door. */
  const tellsItsMetrics = async (port: number, metrics: number) => {
    const told = await fetch(`http://127.0.0.1:${metrics}/metrics`)
    expect(told.headers.get('content-type')).to.contain('text/plain')
    expect(await told.text())
      .to.contain('latchkey_database_up 1')
      .and.contain('process_resident_memory_bytes')
    expect((await fetch(`http://127.0.0.1:${metrics}/`)).status).to.equal(404)
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).to.be.oneOf([404, 421])
    const second = await start(['demo'], { METRICS_PORT: String(metrics) }).ended
    expect(second).to.include({
      code: 1,
      err: `Port ${metrics} is in use. Set METRICS_PORT to another one.\n`,
    })
  }

  it('PF-03: nothing starts on a database that acknowledges what is not on disk yet', async () => {
    const owner = openPool(store.owner, { max: 1 })
    try {
      const { rows } = await owner.raw<{ rows: [{ database: string }] }>(
        'select current_database() as database',
      )
      await owner.raw('alter database ?? set synchronous_commit = off', [rows[0].database])
    } finally {
      await owner.destroy()
    }
    for (const command of ['serve', 'worker']) {
      const { code, err } = await start([command], PRODUCTION).ended
      expect(code).to.equal(1)
      expect(err).to.contain('synchronous_commit is off: an acknowledged change could be lost')
    }
  })

  it('people create prints an initial password on its output and nowhere else, however much is logged; where it did, there is no demo', async () => {
    const owner = ['--name', 'Real', '--owner-email', 'o@real.example']
    const founded = await start(['org', 'create', 'real', ...owner], PRODUCTION).ended
    expect(founded).to.include({ code: 0, err: '' })
    expect(founded.out).to.contain('https://account.example.org/real/sign-in')
    const loud = { ...PRODUCTION, LOG_LEVEL: 'debug' }
    const created = await start(['people', 'create', 'real', 'rani'], loud).ended
    expect(created).to.include({ code: 0, err: '' })
    expect(created.out.match(/\w{4}(-\w{4}){3}/g)).to.have.length(1)
    expect(created.out).to.contain('https://account.example.org/real/sign-in')
    const taken = await start(['people', 'invite', 'real', 'o@real.example,x'], loud).ended
    expect(taken, 'one plain sentence, and no stack').to.include({
      code: 1,
      err: 'the address must be one email address\n',
    })
    const demo = await start(['demo']).ended
    expect(demo.code).to.equal(1)
    expect(demo.err).to.contain('organizations that are not the demo’s')
  })

  it('serve and worker run beside each other until they are told to end', async () => {
    const pair = [start(['serve'], PRODUCTION), start(['worker'], PRODUCTION)]
    await Promise.all([pair[0]?.says('Serving https://account.example.org'), pair[1]?.says('Working')])
    for (const one of pair) expect((await one.end()).code).to.equal(0)
  })

  it('end in good order, but not as if nothing were wrong, when a failure went unnoticed', async () => {
    const stray =
      "process.on('newListener', (name) => name === 'SIGTERM' && Promise.reject(new Error('stray')))"
    const { code, out } = await start(['serve'], {
      LOG_LEVEL: 'fatal',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(stray)}`,
    }).ended
    expect(code).to.equal(1)
    expect(out).to.contain('Serving ').and.to.contain('a rejection that nobody handled')
  })

  it('migrate says in a sentence that the database is away', async () => {
    const { code, err } = await start(['migrate'], { DATABASE_OWNER_URL: 'postgres://owner@127.0.0.1:9/x' })
      .ended
    expect(code).to.equal(1)
    expect(err).to.match(/^the database is unavailable.*\n$/)
  })

  it('say which variable is wrong when the configuration is', async () => {
    const { code, err } = await start(['serve'], { PORT: 'eighty', SMTP_URL: 'http://mail.example' }).ended
    expect(code).to.equal(1)
    expect(err).to.contain('PORT').and.to.contain('SMTP_URL')
    expect(err).not.to.match(/^ +at /m)
  })
})
