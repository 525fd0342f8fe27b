import { expect } from 'chai'
import { BadConfiguration, loadConfig } from '../../src/platform/config.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { askForLink } from '../support/steps.ts'

const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://app@db.example/latchkey',
  PUBLIC_URL: 'https://account.example.org',
  SMTP_URL: 'smtp://mail.example',
  MAIL_FROM: 'account@example.org',
  TRUSTED_PROXIES: '1',
}

describe('faults: keys and crowds', () => {
  it('PF-12: production does not start without a key, or with one that is no key', () => {
    const key = Buffer.alloc(32, 3).toString('base64')
    expect(() => loadConfig({ ...PRODUCTION, SECRET_KEYS: `k1:${key}` })).to.not.throw()
    for (const SECRET_KEYS of ['', 'k1', 'k1:', `k1:${key.slice(0, 20)}`, key, `k1:${key},k1:${key}`]) {
      expect(() => loadConfig({ ...PRODUCTION, SECRET_KEYS }), SECRET_KEYS)
        .to.throw(BadConfiguration, 'SECRET_KEYS')
        .that.has.property('message')
        .that.does.not.contain(key.slice(0, 12))
    }
  })

  it('PF-12: under another key nothing that was sealed is read, guessed or sent', async () => {
    const portal = await openPortal()
    try {
      await askForLink(portal.visitor(), 'mia@harbour.example')
      Object.assign(
        portal.app.parts.secrets,
        createSecrets([{ id: 'test', bytes: Buffer.alloc(32, 8) }], systemRandom),
      )
      await portal.app.dispatch()
      expect(portal.mailbox).to.have.length(0)
      expect(portal.logged.join('\n')).to.contain('SealBroken')
    } finally {
      await portal.close()
    }
  })

  describe('500 people sign in at once', () => {
    let portal: Portal
    before(async () => {
      portal = await openPortal({
        hashing: 'real',
        config: (config) => ({ ...config, hashing: { concurrency: 1, queue: 8 } }),
      })
    })
    after(() => portal.close())

    it('LD-01: what can be hashed in turn is, the rest is told when to come back, and files are served meanwhile', async function () {
      this.timeout(60_000)
      const door = portal.visitor()
      await door.open('/harbour/sign-in')
      let served = 0
      const crowd = Array.from({ length: 500 }, async (_, index) => {
        const visitor = portal.visitor(`203.0.${index >> 8}.${index & 255}`)
        for (const [name, value] of door.cookies) visitor.setCookie(name, value)
        const fields = { csrf: door.csrf, identifier: `person${index}`, password: DEMO_PASSWORD }
        return visitor.send('POST', '/harbour/sign-in', fields)
      })
      const everyone = Promise.all(crowd)
      const asset = portal.app.parts.assets.addresses.styles
      for (let file = 1; file <= 5; file += 1)
        served += (await door.send('GET', asset)).status === 200 ? 1 : 0
      const answers = await everyone
      const judged = answers.filter(({ status }) => status === 422)
      const refused = answers.filter(({ status }) => status === 503)
      expect(served).to.equal(5)
      expect(judged.length).to.be.at.least(9)
      expect(refused.length).to.be.above(0)
      expect(judged.length + refused.length).to.equal(500)
      for (const { headers } of refused) expect(Number(headers['retry-after'])).to.be.within(1, 10)
    })
  })
})
