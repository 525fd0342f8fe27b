import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { openPortal, type Portal, withPortal } from '../support/portal.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const POLICY = [
  "default-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
]

describe('Headers of every kind of answer', () => {
  let portal: Portal
  const answers = new Map<string, Page>()

  before(async () => {
    portal = await openPortal()
    for (const [what, page] of await everyKindOfAnswer(portal.visitor())) answers.set(what, page)
  })
  after(() => portal.close())

  for (const [what, status] of [
    ['a page', 200],
    ['a refused form', 422],
    ['a redirect', 303],
    ['a forged form', 403],
    ['a missing page', 404],
    ['another verb', 405],
    ['a large form', 413],
    ['no form', 415],
    ['another host', 421],
    ['an asset', 200],
    ['a brand', 200],
    ['healthz', 200],
    ['readyz', 200],
    ['the demo', 200],
    ['a private page', 200],
  ] as const) {
    it(`${what} (${status}) loads nothing foreign, is framed by nobody and told to nobody`, () => {
      const page = answers.get(what)
      expect(page?.status).to.equal(status)
      const headers = page?.headers ?? {}
      expect(String(headers['content-security-policy']).split(';')).to.have.members(POLICY)
      expect(headers).to.include({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      })
      expect(headers).not.to.have.any.keys(
        'x-powered-by',
        'server',
        'access-control-allow-origin',
        'strict-transport-security',
      )
      expect(headers['x-request-id']).to.match(/^[0-9a-f-]{36}$/)
    })
  }

  it('keeps every page out of every cache, and assets in', () => {
    for (const [what, { headers }] of answers) {
      const kept = {
        'an asset': 'public, max-age=31536000, immutable',
        'a brand': 'private, max-age=31536000, immutable',
      }[what]
      expect(headers['cache-control'], what).to.equal(kept ?? 'no-store')
    }
  })

  it('never compresses a page, because it holds tokens', async () => {
    const page = await portal
      .visitor()
      .send('GET', '/harbour/sign-in', undefined, { 'Accept-Encoding': 'br, gzip' })
    expect(page.headers).not.to.have.property('content-encoding')
  })

  it('has no script and no style in a page', () => {
    for (const [what, { root }] of answers) {
      expect(root.querySelectorAll('style, [style], script:not([src])'), what).to.deep.equal([])
      const handlers = root
        .querySelectorAll('*')
        .filter(({ attributes }) => Object.keys(attributes).some((name) => name.startsWith('on')))
      expect(handlers, what).to.deep.equal([])
    }
  })

  it('insists on https where the address is https, for two years and all below', async () => {
    await withPortal(
      {
        config: (config) => ({
          ...config,
          server: { ...config.server, publicUrl: 'https://account.example.org' },
        }),
      },
      async (https) => {
        for (const path of ['/harbour/sign-in', '/nothing/at/all', '/healthz']) {
          const page = await https.visitor().send('GET', path, undefined, { Host: 'account.example.org' })
          expect(page.headers['strict-transport-security']).to.equal('max-age=63072000; includeSubDomains')
        }
      },
    )
  })
})

async function everyKindOfAnswer(visitor: Visitor): Promise<[string, Page][]> {
  const asset = (await visitor.open('/harbour/sign-in')).root
    .querySelector('link[rel=stylesheet]')
    ?.getAttribute('href')
  const { csrf } = visitor
  const post = (fields: Record<string, string>, headers = {}) =>
    visitor.send('POST', '/harbour/sign-in', fields, headers)
  return [
    ['a page', await visitor.send('GET', '/harbour/sign-in')],
    ['a refused form', await post({ csrf, identifier: 'mia', password: 'wrong' })],
    ['a redirect', await visitor.send('GET', '/harbour/account')],
    ['a forged form', await post({ identifier: 'mia' })],
    ['a missing page', await visitor.send('GET', '/nothing')],
    ['another verb', await visitor.send('DELETE', '/harbour/sign-in')],
    ['a large form', await post({ csrf, password: 'x'.repeat(20_000) })],
    ['no form', await post({}, { 'Content-Type': 'application/json' })],
    ['another host', await visitor.send('GET', '/', undefined, { Host: 'evil.example' })],
    ['an asset', await visitor.send('GET', asset ?? '')],
    ['a brand', await visitor.send('GET', '/harbour/brand.css?color=0b5cad')],
    ['healthz', await visitor.send('GET', '/healthz')],
    ['readyz', await visitor.send('GET', '/readyz')],
    ['the demo', await visitor.send('GET', '/')],
    ['a private page', await signedIn(visitor)],
  ]
}

async function signedIn(visitor: Visitor): Promise<Page> {
  await visitor.open('/harbour/sign-in')
  return visitor.press('Sign in', { identifier: 'mia', password: DEMO_PASSWORD })
}
