import { hash } from 'argon2'
import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { accountNamed } from '../../src/accounts/store.ts'
import { passwordOf, savePassword } from '../../src/credentials/store.ts'
import { Unavailable } from '../../src/platform/unavailable.ts'
import { DAY, HOUR, SECOND } from '../../src/platform/clock.ts'
import { allowing, openPortal, type Portal } from '../support/portal.ts'
import { createPassword, followLink, getLink, isSignedIn, NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

const WRONG = 'Not-The-Password-1'

describe('Sign-in and its limits', () => {
  let portal: Portal

  afterEach(() => portal.close())

  const open = async (counts: Parameters<typeof allowing>[0] = {}) => {
    portal = await openPortal({ config: allowing(counts) })
  }
  const status = async (visitor: Visitor, password: string, name = 'mia') =>
    (await signIn(visitor, name, password)).status
  const audit = (kind: string) =>
    portal.within('harbour', (tx) => tx.rows('audit_events').where('kind', kind))

  it('answers five wrong passwords at once and then makes each wait longer, whoever they are for', async () => {
    await open()
    for (const name of ['mia', 'nobody']) {
      const visitor = portal.visitor()
      for (let wrong = 0; wrong < 5; wrong += 1) expect(await status(visitor, WRONG, name)).to.equal(422)
      const waits: (string | undefined)[] = []
      for (let wrong = 0; wrong < 3; wrong += 1) {
        const refused = await signIn(visitor, name)
        expect(refused.status, 'the right one too').to.equal(429)
        waits.push(refused.headers['retry-after'])
        portal.clock.pass(Number(refused.headers['retry-after']) * SECOND)
        expect(await status(visitor, WRONG, name)).to.equal(422)
      }
      expect(waits).to.deep.equal(['1', '2', '4'])
    }
  })

  it('charges nobody for a try that it was too busy to judge', async () => {
    await open()
    const visitor = portal.visitor()
    const { hasher } = portal.app.parts
    const verify = hasher.verify.bind(hasher)
    hasher.verify = () => Promise.reject(new Unavailable('hashing', { retryAfterSeconds: 1 }))
    for (let busy = 0; busy < 10; busy += 1) expect(await status(visitor, DEMO_PASSWORD)).to.equal(503)
    hasher.verify = verify
    for (let wrong = 0; wrong < 5; wrong += 1) expect(await status(visitor, WRONG)).to.equal(422)
    expect(await status(visitor, WRONG)).to.equal(429)
  })

  it('charges for a guess that was judged, though then there was no place to look at sign-ups', async () => {
    await open()
    const visitor = portal.visitor()
    const { hasher } = portal.app.parts
    const verify = hasher.verify.bind(hasher)
    hasher.verify = (hash, password) =>
      hash === null
        ? Promise.reject(new Unavailable('hashing', { retryAfterSeconds: 1 }))
        : verify(hash, password)
    for (let guess = 0; guess < 5; guess += 1) expect(await status(visitor, WRONG)).to.equal(503)
    expect(await status(visitor, DEMO_PASSWORD)).to.equal(429)
    const failed = await portal.within('harbour', (tx) =>
      tx.rows<{ organization_id: string; kind: string }>('audit_events').where('kind', 'sign-in.failed'),
    )
    expect(failed).to.have.length(5)
  })

  it('forgets the wrong passwords after the right one', async () => {
    await open()
    const visitor = portal.visitor()
    for (let round = 0; round < 3; round += 1) {
      for (let wrong = 0; wrong < 4; wrong += 1) expect(await status(visitor, WRONG)).to.equal(422)
      expect(await status(visitor, DEMO_PASSWORD)).to.equal(200)
      await visitor.press('Sign out')
    }
  })

  it('counts every spelling of a name as one', async () => {
    await open()
    const visitor = portal.visitor()
    for (const spelling of ['mia', 'MIA', ' mia', 'Mia', 'ｍｉａ'])
      expect(await status(visitor, WRONG, spelling)).to.equal(422)
    expect(await status(visitor, WRONG, 'mIA')).to.equal(429)
  })

  it('does not let a stranger’s tries delay the person, at another address or in a known browser', async () => {
    await open()
    const mia = portal.visitor('198.51.100.77')
    await signIn(mia, 'mia')
    await mia.press('Sign out')
    const neighbour = portal.visitor('198.51.100.77')
    for (let wrong = 0; wrong < 6; wrong += 1) await status(neighbour, WRONG)
    expect(await status(neighbour, WRONG)).to.equal(429)
    expect(await status(mia, DEMO_PASSWORD), 'her own browser, behind the same address').to.equal(200)
    expect(await status(portal.visitor(), DEMO_PASSWORD), 'another address').to.equal(200)
  })

  it('stops an address after its failures of an hour, over all names, and counts no success', async () => {
    await open({ 'sign-in-failures-per-address': 4 })
    const visitor = portal.visitor()
    for (let success = 0; success < 6; success += 1) {
      expect(await status(visitor, DEMO_PASSWORD)).to.equal(200)
      await visitor.press('Sign out')
    }
    // Her own tries do not count: the browser is one that she signed in from.
    for (const name of ['mia', 'noah', 'adam', 'nobody', 'somebody'])
      expect(await status(visitor, WRONG, name)).to.equal(422)
    const refused = await signIn(visitor, 'olivia')
    expect([refused.status, refused.headers['retry-after']]).to.deep.equal([429, '3600'])
    expect(await status(portal.visitor(), DEMO_PASSWORD, 'olivia')).to.equal(200)
    portal.clock.pass(HOUR)
    expect(await status(visitor, DEMO_PASSWORD, 'olivia')).to.equal(200)
  })

  it('pauses an account for browsers it does not know, tells the person once, and never its own browser', async () => {
    await open({ 'sign-in-failures-per-account': 3 })
    const own = portal.visitor()
    await signIn(own, 'mia')
    await own.press('Sign out')
    for (let wrong = 0; wrong < 4; wrong += 1) expect(await status(portal.visitor(), WRONG)).to.equal(422)
    const paused = await signIn(portal.visitor(), 'mia')
    expect(paused.status).to.equal(422)
    expect(paused.text, 'and it looks like any other refusal').to.contain('This did not match.')
    expect(await status(own, DEMO_PASSWORD)).to.equal(200)

    await portal.deliver()
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['mia@harbour.example'])
    expect(portal.mailbox[0]?.subject).to.contain('paused')
    expect(portal.mailbox[0]?.text).to.contain('/harbour/recover')
    portal.clock.pass(DAY)
    expect(await status(portal.visitor(), DEMO_PASSWORD)).to.equal(200)
  })

  it('lets a reset end the pause', async () => {
    await open({ 'sign-in-failures-per-account': 3 })
    for (let wrong = 0; wrong < 4; wrong += 1) await status(portal.visitor(), WRONG)
    const mia = portal.visitor()
    await portal.deliver()
    await followLink(mia, await getLink(portal, mia))
    await createPassword(mia)
    expect(await status(portal.visitor(), NEW_PASSWORD)).to.equal(200)
  })

  it('pauses a name that nobody has in the same way', async () => {
    await open({ 'sign-in-failures-per-account': 3 })
    for (let wrong = 0; wrong < 5; wrong += 1)
      expect(await status(portal.visitor(), WRONG, 'nobody')).to.equal(422)
    await portal.deliver()
    expect(portal.mailbox).to.deep.equal([])
  })

  it('makes a weaker hash anew, of the same password', async () => {
    portal = await openPortal({ hashing: 'real' })
    const stored = (weak?: string) =>
      portal.within('harbour', async (tx) => {
        const account = await accountNamed(tx, { kind: 'username', canonical: 'mia' })
        if (weak) await savePassword(tx, account?.id ?? '', weak)
        return (await passwordOf(tx, account?.id ?? ''))?.hash ?? ''
      })
    const weak = await stored(await hash(DEMO_PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 }))
    expect(await status(portal.visitor(), WRONG)).to.equal(422)
    expect(await stored(), 'a wrong password changes nothing').to.equal(weak)
    expect(await status(portal.visitor(), DEMO_PASSWORD)).to.equal(200)
    const upgraded = await stored()
    expect(upgraded).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await status(portal.visitor(), DEMO_PASSWORD)).to.equal(200)
    expect(await stored(), 'once').to.equal(upgraded)
  })

  it('gives a new session at every sign-in, and ends the one before in that browser', async () => {
    await open()
    const mia = portal.visitor()
    await signIn(mia, 'mia')
    const first = mia.cookies.get('latchkey-session.harbour') ?? ''
    const back = portal.visitor()
    await back.open('/harbour/sign-in')
    back.setCookie('latchkey-session.harbour', first)
    await back.press('Sign in', { identifier: 'adam', password: DEMO_PASSWORD })
    expect(back.cookies.get('latchkey-session.harbour')).not.to.equal(first)
    expect((await back.open('/harbour/account')).heading).to.equal('Hello, Adam Wirawan')
    expect(await isSignedIn(mia, 'harbour')).to.equal(false)
  })

  it('writes down who came in and who did not, without the name that was typed', async () => {
    await open()
    const visitor = portal.visitor()
    await status(visitor, WRONG, 'my-Passw0rd-typed-here')
    await status(visitor, DEMO_PASSWORD)
    const [failed, succeeded] = [await audit('sign-in.failed'), await audit('sign-in.succeeded')]
    expect([failed.length, succeeded.length]).to.deep.equal([1, 1])
    expect(JSON.stringify([failed, succeeded, portal.logged])).not.to.match(/typed-here|Lantern-Harbour/)
  })
})
