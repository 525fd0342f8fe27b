import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { openPortal, type Portal, withPortal } from '../support/portal.ts'
import type { Page, Visitor } from '../support/visitor.ts'

describe('Cookies', () => {
  for (const scheme of ['http', 'https'] as const) {
    describe(`with an ${scheme} address`, () => {
      let portal: Portal
      let visitor: Visitor

      before(async () => {
        portal = await openPortal(
          scheme === 'https'
            ? { config: (config) => withAddress(config, 'https://account.example.org') }
            : {},
        )
        visitor = portal.visitor()
        if (scheme === 'https') visitor.headers['Host'] = 'account.example.org'
      })
      after(() => portal.close())

      it('are HttpOnly, SameSite, for the whole path and no domain, small, and named by the organization', async () => {
        const opened = await visitor.open('/harbour/sign-in')
        const signedIn = await visitor.submit('Sign in', { identifier: 'mia', password: DEMO_PASSWORD })
        expect(signedIn.status).to.equal(303)
        const made = [...cookiesIn(opened), ...cookiesIn(signedIn)]
        const prefix = scheme === 'https' ? '__Host-' : ''
        expect(made.map(({ name }) => name)).to.include.members([
          `${prefix}latchkey-form.harbour`,
          `${prefix}latchkey-session.harbour`,
          `${prefix}latchkey-device.harbour`,
        ])
        for (const { line, name, attributes } of made) {
          expect(attributes, name).to.include.members(['httponly', 'samesite=lax', 'path=/'])
          expect(attributes.includes('secure'), `${name} is Secure`).to.equal(scheme === 'https')
          expect(attributes.some((attribute) => attribute.startsWith('domain'))).to.equal(false)
          expect(line.length).to.be.below(400)
        }
      })

      it('carry nothing but a random value', () => {
        for (const [name, value] of visitor.cookies) expect(value, name).to.match(/^[A-Za-z0-9_-]{43}$/)
        expect(new Set(visitor.cookies.values()).size).to.equal(visitor.cookies.size)
      })

      it('of a recovery are as careful, and go when it is cancelled', async () => {
        await visitor.open('/harbour/recover')
        const asked = await visitor.submit('Send Reset Link', { identifier: 'mia@harbour.example' })
        const [recovery] = cookiesIn(asked)
        expect(recovery?.name).to.match(/latchkey-recovery\.harbour$/)
        expect(recovery?.attributes).to.include.members(['httponly', 'samesite=lax', 'path=/'])
        await visitor.open('/harbour/recover/sent')
        await visitor.press('I remember my password')
        expect([...visitor.cookies.keys()].filter((name) => name.includes('recovery'))).to.deep.equal([])
      })
    })
  }

  it('of a browser that http or another name brought are not believed under https', async () => {
    await withPortal(
      {
        config: (config) => withAddress(config, 'https://account.example.org'),
      },
      async (portal) => {
        const visitor = portal.visitor()
        visitor.headers['Host'] = 'account.example.org'
        await visitor.open('/harbour/sign-in')
        await visitor.press('Sign in', { identifier: 'mia', password: DEMO_PASSWORD })
        const session = visitor.cookies.get('__Host-latchkey-session.harbour') ?? ''
        const thief = portal.visitor()
        thief.headers['Host'] = 'account.example.org'
        thief.setCookie('latchkey-session.harbour', session)
        expect((await thief.send('GET', '/harbour/account')).status).to.equal(303)
        thief.setCookie('__Host-latchkey-session.harbour', session)
        expect((await thief.send('GET', '/harbour/account')).status).to.equal(200)
      },
    )
  })
})

type Config = Portal['app']['parts']['config']

function withAddress(config: Config, publicUrl: string): Config {
  return { ...config, server: { ...config.server, publicUrl } }
}

function cookiesIn(page: Page): { line: string; name: string; attributes: string[] }[] {
  return (page.headers['set-cookie'] ?? []).map((line) => {
    const [pair = '', ...attributes] = line.split('; ')
    return { line, name: pair.split('=')[0] ?? '', attributes: attributes.map((one) => one.toLowerCase()) }
  })
}
