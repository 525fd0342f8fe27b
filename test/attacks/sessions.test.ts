import { expect } from 'chai'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { newToken, systemRandom } from '../../src/platform/random.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, createPassword, followLink, getLink, NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

const SESSION = 'latchkey-session.harbour'
const RECOVERY = 'latchkey-recovery.harbour'
const DEVICE = 'latchkey-device.harbour'

describe('attacks: sessions', () => {
  let portal: Portal
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
  })
  afterEach(() => portal.close())

  it('SE-01: a cookie planted before sign-in, recovery or a password change is never the one in force', async () => {
    const planted = newToken(systemRandom)
    for (const name of [SESSION, RECOVERY, DEVICE]) mia.setCookie(name, planted)
    await followLink(mia, await getLink(portal, mia))
    const recovery = mia.cookies.get(RECOVERY)
    await createPassword(mia)
    await signIn(mia, 'mia', NEW_PASSWORD)
    const first = mia.cookies.get(SESSION)
    const device = mia.cookies.get(DEVICE)
    await changePassword(mia, NEW_PASSWORD, 'Second-Lamp!77')
    const second = mia.cookies.get(SESSION)
    const values = [planted, recovery, first, device, second]
    expect(new Set(values)).to.have.length(values.length)
    for (const value of [planted, recovery, first, device]) {
      expect(await isSignedInWith(value), String(values.indexOf(value))).to.equal(false)
    }
    expect(await isSignedInWith(second)).to.equal(true)
  })

  it('SE-01: signing in again ends the session that the browser had', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD)
    const first = mia.cookies.get(SESSION)
    await mia.send('POST', '/harbour/sign-in', { csrf: mia.csrf, identifier: 'mia', password: DEMO_PASSWORD })
    expect(mia.cookies.get(SESSION)).to.not.equal(first)
    expect(await isSignedInWith(first)).to.equal(false)
  })

  it('SE-02: a recovery ends the sessions of all three browsers at their next request', async () => {
    const browsers = [portal.visitor(), portal.visitor(), mia]
    for (const browser of browsers) await signIn(browser, 'mia', DEMO_PASSWORD)
    const recovering = portal.visitor()
    await followLink(recovering, await getLink(portal, recovering))
    await createPassword(recovering)
    for (const browser of browsers) {
      expect((await browser.open('/harbour/account')).address).to.equal('/harbour/sign-in')
    }
  })

  it('SE-02: parameters of the form keep no session alive', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD)
    const recovering = portal.visitor()
    await followLink(recovering, await getLink(portal, recovering))
    const keep = { keep_sessions: '1', except: mia.cookies.get(SESSION) ?? '', signOut: 'false' }
    await recovering.press('Create Password', { password: NEW_PASSWORD, confirmation: NEW_PASSWORD, ...keep })
    expect((await mia.open('/harbour/account')).address).to.equal('/harbour/sign-in')
  })

  it('SE-05: on https every cookie is __Host-, Secure, HttpOnly, SameSite, without Domain, opaque and small', async () => {
    await portal.close()
    const publicUrl = 'https://account.example.org'
    portal = await openPortal({
      config: (config) => ({ ...config, server: { ...config.server, publicUrl } }),
    })
    mia = portal.visitor()
    mia.headers = { Host: 'account.example.org' }
    await mia.open('/harbour/recover')
    const answers = [mia.page, await mia.submit('Send Reset Link', { identifier: 'mia@harbour.example' })]
    await mia.open('/harbour/sign-in')
    answers.push(await mia.submit('Sign in', { identifier: 'mia', password: DEMO_PASSWORD }))
    await mia.open('/harbour/account')
    answers.push(await mia.submit('Sign out'))
    const lines = answers.flatMap(({ headers }) => headers['set-cookie'] ?? [])
    const names = new Set(lines.map((line) => line.split('=')[0]))
    expect([...names].toSorted()).to.deep.equal(
      ['device', 'form', 'half', 'notice', 'recovery', 'session'].map(
        (name) => `__Host-latchkey-${name}.harbour`,
      ),
    )
    for (const line of lines) {
      expect(line).to.match(/^[^=]+=([A-Za-z0-9_-]{43}|signed-out)?;/)
      expect(line)
        .to.match(/; path=\/(;|$)/)
        .and.match(/; secure(;|$)/)
        .and.match(/; httponly(;|$)/)
      expect(line).to.match(/; samesite=lax(;|$)/)
      expect(line).to.not.match(/domain/i)
      expect(line.length).to.be.below(4096)
    }
  })

  it('SE-06: a session ends after 30 idle minutes and after 12 hours, by the server’s clock alone', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD)
    const token = mia.cookies.get(SESSION)
    portal.clock.pass(30 * MINUTE - SECOND)
    expect(await isSignedInWith(token)).to.equal(true)
    portal.clock.pass(30 * MINUTE + SECOND)
    expect(await isSignedInWith(token)).to.equal(false)

    await signIn(mia, 'mia', DEMO_PASSWORD)
    const busy = mia.cookies.get(SESSION)
    for (let passed = 20; passed < 12 * 60; passed += 20) {
      portal.clock.pass(20 * MINUTE)
      expect(await isSignedInWith(busy), `${passed} minutes`).to.equal(true)
    }
    portal.clock.pass(20 * MINUTE)
    expect(await isSignedInWith(busy)).to.equal(false)
  })

  it('SE-06: an edited cookie opens nothing', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD)
    const token = mia.cookies.get(SESSION) ?? ''
    const edited = [
      token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A'),
      `${token}A`,
      token.toLowerCase(),
      `"${token}"x`,
      '',
    ]
    for (const value of edited) expect(await isSignedInWith(value), value).to.equal(false)
  })

  it('SE-07: after signing out, Back and the old cookie open nothing, and the browser is told to forget', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD)
    const token = mia.cookies.get(SESSION)
    expect(mia.page.headers['cache-control']).to.equal('no-store')
    const left = await mia.submit('Sign out')
    expect(left.headers['clear-site-data']).to.equal('"cache"')
    expect(mia.cookies.has(SESSION)).to.equal(false)
    expect((await mia.open('/harbour/account')).address).to.equal('/harbour/sign-in')
    expect(await isSignedInWith(token)).to.equal(false)
  })

  it('SE-08: a suspension and a change of role hold from the next request on', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD)
    await changeAccount(portal, 'harbour', 'mia', { role: 'administrator' })
    expect((await mia.open('/harbour/account')).text).to.contain('Administrator')
    await changeAccount(portal, 'harbour', 'mia', { state: 'suspended' })
    expect((await mia.open('/harbour/account')).address).to.equal('/harbour/sign-in')
  })

  it('SE-11: a recovery signs nobody in, whatever the organization says, while no authenticator was proven', async () => {
    const slug = 'acme' // "Straight home", which holds only after an authenticator.
    await followLink(mia, await getLink(portal, mia, 'mia@acme.example', slug))
    await createPassword(mia)
    expect(mia.page.address).to.equal('/acme/recover/done')
    expect(mia.cookies.has('latchkey-session.acme')).to.equal(false)
    expect((await mia.open('/acme/account')).address).to.equal('/acme/sign-in')
  })

  it('SE-13: a session id in an address or a form is ignored', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD)
    const token = mia.cookies.get(SESSION) ?? ''
    const thief = portal.visitor()
    const page = await thief.open(`/harbour/account?session=${token}&${SESSION}=${token}&sid=${token}`)
    expect(page.address).to.equal('/harbour/sign-in')
  })

  it('SE-13: the eleventh session of an account ends the one that was idle longest', async () => {
    const tokens = []
    for (let count = 1; count <= 11; count += 1) {
      const browser = portal.visitor()
      await signIn(browser, 'mia', DEMO_PASSWORD)
      tokens.push(browser.cookies.get(SESSION))
      portal.clock.pass(SECOND)
    }
    const open = []
    for (const token of tokens) open.push(await isSignedInWith(token))
    expect(open).to.deep.equal([false, ...Array<boolean>(10).fill(true)])
  })

  it('SE-13: the table of sessions holds hashes, and none of them is a cookie', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD)
    const hash = await portal.within('harbour', async (tx) => {
      const row = await tx.rows<{ organization_id: string; token_hash: Buffer }>('sessions').first()
      return row!.token_hash
    })
    expect(await isSignedInWith(hash.toString('base64url'))).to.equal(false)
    expect(await isSignedInWith(hash.toString('hex'))).to.equal(false)
  })

  async function isSignedInWith(token: string | undefined): Promise<boolean> {
    const browser = portal.visitor()
    browser.setCookie(SESSION, token ?? '')
    return (await browser.open('/harbour/account')).address === '/harbour/account'
  }
})

async function changePassword(visitor: Visitor, currentPassword: string, password: string): Promise<void> {
  await visitor.open('/harbour/account/password')
  await visitor.press('Change password', { currentPassword, password, confirmation: password })
}
