import { expect } from 'chai'
import { pages } from '../../src/web/routes.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { canSignIn, followLink, getLink, NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

/** Everything that takes a form, those before any session among them. */
const forms = pages
  .filter(({ submit }) => submit)
  .map(({ path, role }) => ({ address: `/harbour${path}`, by: role ? 'olivia' : 'mia' }))

const FIELDS = {
  identifier: 'mia@harbour.example',
  password: NEW_PASSWORD,
  confirmation: NEW_PASSWORD,
  currentPassword: DEMO_PASSWORD,
}

describe('attacks: forged requests, and what every answer says to browsers', () => {
  let portal: Portal
  let mia: Visitor
  let herOther: Visitor

  before(async () => {
    portal = await openPortal()
    herOther = portal.visitor()
    await signIn(herOther, 'mia', DEMO_PASSWORD)
  })
  after(() => portal.close())
  beforeEach(async () => {
    mia = portal.visitor()
    await signIn(mia, 'mia', DEMO_PASSWORD)
    await mia.open('/harbour/recover')
  })

  it('has forms to try', () => {
    const some = ['/sign-in', '/sign-out', '/recover', '/recover/link', '/account/password']
    expect(forms.map(({ address }) => address)).to.include.members(some.map((path) => `/harbour${path}`))
  })

  for (const { address, by } of forms) {
    it(`CS-01, CS-02: POST ${address} is refused without this browser’s own token, and from elsewhere`, async () => {
      if (by !== 'mia') {
        mia = portal.visitor()
        await signIn(mia, by, DEMO_PASSWORD)
        await mia.open('/harbour/recover')
      }
      const other = portal.visitor()
      await other.open('/harbour/recover')
      await other.open('/summit/recover')
      const csrf = mia.csrf
      expect(herOther.csrf).to.not.be.oneOf(['', csrf])
      const forged: [Record<string, string>, Record<string, string>][] = [
        [{}, {}],
        [{ csrf: '' }, {}],
        [{ csrf: other.csrf }, {}],
        [{ csrf: herOther.csrf }, {}],
        [{ csrf: `${csrf}x` }, {}],
        [{ csrf }, { Origin: 'https://evil.example' }],
        [{ csrf }, { Origin: 'null' }],
        [{ csrf }, { Origin: portal.url.replace('localhost', 'localhost.evil.example') }],
        [{ csrf }, { 'Sec-Fetch-Site': 'cross-site' }],
        [{ csrf }, { 'Sec-Fetch-Site': 'same-site', Origin: portal.url }],
      ]
      for (const [fields, headers] of forged) {
        const page = await mia.send('POST', address, { ...FIELDS, ...fields }, headers)
        expect(page.status, JSON.stringify([fields, headers])).to.equal(403)
      }
      const twice: [string, string][] = [
        ['csrf', csrf],
        ['csrf', csrf],
      ]
      expect((await mia.send('POST', address, twice)).status, 'twice').to.equal(403)
      const honest = await mia.send('POST', address, { csrf }, { Origin: portal.url })
      expect(honest.status).to.not.equal(403)
    })
  }

  it('CS-01: a refused form of a signed-in person changes nothing', async () => {
    const page = await mia.send('POST', '/harbour/account/password', { ...FIELDS, csrf: 'forged' })
    expect(page.status).to.equal(403)
    expect((await mia.open('/harbour/account')).address).to.equal('/harbour/account')
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
  })

  it('CS-02: nobody can be signed in as somebody else by a form of another browser', async () => {
    const thief = portal.visitor()
    await thief.open('/harbour/sign-in')
    const victim = portal.visitor()
    await victim.open('/harbour/sign-in')
    const fields = { csrf: thief.csrf, identifier: 'adam', password: DEMO_PASSWORD }
    expect((await victim.send('POST', '/harbour/sign-in', fields)).status).to.equal(403)
    expect(victim.cookies.has('latchkey-session.harbour')).to.equal(false)
  })

  it('CS-03: verbs that no page has get 405 with what is allowed, and change nothing', async () => {
    for (const { path } of pages) {
      for (const verb of ['PUT', 'DELETE', 'PATCH', 'TRACE', 'OPTIONS']) {
        const page = await mia.send(verb, `/harbour${path.replace(':reason', 'used')}`)
        expect(page.status, `${verb} ${path}`).to.equal(405)
        expect(page.headers.allow).to.be.a('string')
        expect(page.body).to.not.include('latchkey-')
      }
    }
  })

  it('CS-03: GET, HEAD and _method change no state', async () => {
    const before = mia.cookies.get('latchkey-session.harbour')
    const query = new URLSearchParams({ ...FIELDS, csrf: mia.csrf, _method: 'POST' }).toString()
    for (const { address } of forms) {
      for (const verb of ['GET', 'HEAD']) {
        await mia.send(verb, `${address}?${query}`, undefined, { 'X-HTTP-Method-Override': 'POST' })
      }
    }
    await portal.deliver()
    expect(portal.mailbox).to.have.length(0)
    expect(mia.cookies.get('latchkey-session.harbour')).to.equal(before)
    expect((await mia.open('/harbour/account')).address).to.equal('/harbour/account')
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
  })

  it('CS-03: an address that only takes forms says 405 to GET', async () => {
    for (const { path, view } of pages) {
      if (!view) expect((await mia.send('GET', `/harbour${path}`)).status, path).to.equal(405)
    }
  })

  it('CS-05: every answer forbids inline script and style, foreign files and frames', async () => {
    for (const { address, headers, root } of await everyKindOfAnswer()) {
      const policy = String(headers['content-security-policy']).split(/;\s*/)
      expect(policy, address).to.include.members([
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
      ])
      expect(policy.join(), address).to.not.match(/unsafe|\*|http:|data:/)
      expect(root.querySelectorAll('style, [style], script:not([src])'), address).to.have.length(0)
      expect(root.toString(), address).to.not.match(/\son[a-z]+=|javascript:/)
    }
  })

  it('CS-06: every answer says nosniff, where it may be read from, and lets no other origin in', async () => {
    for (const { address, headers } of await everyKindOfAnswer({ Origin: 'https://evil.example' })) {
      expect(headers, address).to.include({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      })
      expect(headers, address).to.not.have.property('access-control-allow-origin')
    }
  })

  it('CS-06: on https every answer asks for https for two years, subdomains too', async () => {
    const publicUrl = 'https://account.example.org'
    const secure = await openPortal({
      config: (config) => ({ ...config, server: { ...config.server, publicUrl } }),
    })
    try {
      const visitor = secure.visitor()
      visitor.headers = { Host: 'account.example.org' }
      for (const address of ['/harbour/sign-in', '/harbour/account', '/harbour/nothing', '/nowhere/x']) {
        const page = await visitor.send('GET', address)
        const [, seconds] =
          /max-age=(\d+); includeSubDomains/.exec(page.headers['strict-transport-security'] ?? '') ?? []
        expect(Number(seconds), address).to.be.at.least(31_536_000)
      }
    } finally {
      await secure.close()
    }
  })

  it('CS-08: a form sent twice, a stale tab and Back at each step skip nothing and do nothing twice', async () => {
    const link = await getLink(portal, mia)
    const sent = mia.page
    await followLink(mia, link)
    const passwordForm = mia.page
    const again = await mia.send('POST', link, { csrf: mia.csrf, action: 'continue' })
    expect(again.location, 'Continue pressed twice').to.equal('/harbour/recover/password')
    await mia.open(passwordForm.address)
    const [first, second] = await Promise.all([
      mia.submit('Create Password', FIELDS),
      mia.submit('Create Password', FIELDS),
    ])
    const steps = [first.location, second.location]
    expect(steps).to.include('/harbour/recover/done')
    await portal.deliver()
    expect(portal.mailbox.filter(({ subject }) => subject.includes('was changed'))).to.have.length(1)
    const stale = await mia.send('POST', passwordForm.address, { ...FIELDS, csrf: mia.csrf })
    expect(stale.location).to.equal('/harbour/recover/done')
    expect((await mia.open(sent.address)).heading)
      .to.be.a('string')
      .and.not.equal('')
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })

  it('CS-11: nothing of the inside is served: no sources, maps, folders, versions or stack traces', async () => {
    const inside = [
      '/metrics',
      '/debug',
      '/.git/config',
      '/.env',
      '/package.json',
      '/assets/',
      '/server-status',
    ]
    inside.push('/assets/../package.json', '/assets/%2e%2e/package.json', '/harbour/../package.json')
    const { addresses } = portal.app.parts.assets
    inside.push(
      `${addresses.checklist}.map`,
      addresses.checklist.replace(/[^/]+$/, ''),
      `${addresses.styles}.map`,
    )
    for (const address of inside) {
      const page = await mia.send('GET', address)
      expect(page.status, address).to.equal(404)
    }
    for (const { body, headers, address } of await everyKindOfAnswer()) {
      expect(headers, address).to.not.have.any.keys('server', 'x-powered-by')
      expect(body, address).to.not.match(/node_modules|\.ts:\d| {4}at .*:\d+:\d+|sourceMappingURL/)
    }
  })

  /** A page, a redirect, a refused form, an asset, and each refusal that there is. */
  async function everyKindOfAnswer(headers: Record<string, string> = {}): Promise<Page[]> {
    const { styles, checklist } = portal.app.parts.assets.addresses
    const csrf = mia.csrf
    const form = { csrf }
    return Promise.all([
      mia.send('GET', '/', undefined, headers),
      mia.send('GET', '/harbour/sign-in', undefined, headers),
      mia.send('GET', '/harbour/brand.css', undefined, headers),
      mia.send('GET', styles, undefined, headers),
      mia.send('GET', checklist, undefined, headers),
      mia.send('GET', '/healthz', undefined, headers),
      mia.send('GET', '/harbour/recover/password', undefined, headers),
      mia.send('POST', '/harbour/recover', {}, headers),
      mia.send('POST', '/harbour/recover', form),
      mia.send('POST', '/harbour/recover', { ...form, identifier: 'x'.repeat(20_000) }, headers),
      mia.send('POST', '/harbour/recover', '{}', { ...headers, 'Content-Type': 'application/json' }),
      mia.send('GET', '/harbour/recover/link?token=unknown', undefined, headers),
      mia.send('GET', '/harbour/nothing', undefined, headers),
      mia.send('GET', '/nowhere/sign-in', undefined, headers),
      mia.send('DELETE', '/harbour/sign-in', undefined, headers),
      mia.send('GET', '/harbour/sign-in', undefined, { ...headers, Host: 'evil.example' }),
    ])
  }
})
