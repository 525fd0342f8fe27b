import { expect } from 'chai'
import { accountNamed } from '../../src/accounts/store.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { newToken, systemRandom } from '../../src/platform/random.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { canSignIn, createPassword, followLink, getLink, NEW_PASSWORD } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

describe('attacks: a link, used again, late, in parallel or by somebody else', () => {
  let portal: Portal
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
  })
  afterEach(() => portal.close())

  it('TK-01: 2,000 links hold 256 random bits each, none twice, and nothing of the person', () => {
    const tokens = Array.from({ length: 2000 }, () => newToken(systemRandom))
    expect(new Set(tokens)).to.have.length(2000)
    const ones = tokens.reduce((sum, token) => sum + onesIn(Buffer.from(token, 'base64url')), 0)
    // Of 512,000 fair bits, half are ones, give or take six standard deviations.
    expect(ones).to.be.within(256_000 - 2150, 256_000 + 2150)
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).to.have.length(32)
  })

  it('TK-01: the link of a mail is that token and nothing else', async () => {
    const link = new URL(await getLink(portal, mia))
    expect(link.origin).to.equal(portal.url)
    expect([...link.searchParams.keys()]).to.deep.equal(['token'])
    expect(link.searchParams.get('token')).to.match(/^[A-Za-z0-9_-]{43}$/)
    expect(link.pathname).to.equal('/harbour/recover/link')
  })

  it('TK-02: a used link changes nothing again, in the same browser and in another', async () => {
    const link = await getLink(portal, mia)
    await followLink(mia, link)
    await createPassword(mia)
    for (const browser of [mia, portal.visitor()]) {
      const page = await browser.open(link)
      expect(page.status).to.equal(410)
      expect(page.heading).to.equal('This link has been used')
      const forced = await browser.send('POST', link, { csrf: await formTokenOf(browser) })
      expect(forced.status).to.equal(410)
      await browser.open('/harbour/recover/password')
      expect(browser.page.address).to.not.equal('/harbour/recover/password')
    }
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })

  it('TK-03: 50 parallel completions of one link set exactly one of 50 passwords, with one notice', async () => {
    await followLink(mia, await getLink(portal, mia))
    const passwords = Array.from({ length: 50 }, (_, index) => `Tr4vel-Lamp!9-${index}`)
    const answers = await Promise.all(
      passwords.map((password) => mia.submit('Create Password', { password, confirmation: password })),
    )
    // Who comes when all is done is led to the same page; only the one that did it makes the browser known.
    const done = answers.filter(({ headers }) => headers['set-cookie']?.join().includes('latchkey-device'))
    expect(done.map(({ location }) => location)).to.deep.equal(['/harbour/recover/done'])
    const opening = []
    for (const password of passwords) {
      const { parts } = portal.app
      if (await parts.hasher.verify(await hashOfMia(), password)) opening.push(password)
    }
    expect(opening).to.deep.equal([passwords[answers.indexOf(done[0]!)]])
    await portal.deliver()
    expect(portal.mailbox.filter(({ subject }) => subject.includes('was changed'))).to.have.length(1)
  })

  it('TK-03: the parallel completions beyond the twentieth were not even judged', async () => {
    await followLink(mia, await getLink(portal, mia))
    const { hasher } = portal.app.parts
    const hash = hasher.hash.bind(hasher)
    let hashed = 0
    hasher.hash = (password) => {
      hashed += 1
      return hash(password)
    }
    const fields = { password: NEW_PASSWORD, confirmation: NEW_PASSWORD }
    await Promise.all(Array.from({ length: 40 }, () => mia.submit('Create Password', fields)))
    expect(hashed).to.be.within(1, 20)
  })

  it('TK-03: 20 parallel exchanges of one link leave one browser with it', async () => {
    const link = await getLink(portal, mia)
    const browsers = Array.from({ length: 20 }, () => portal.visitor())
    for (const browser of browsers) await browser.open(link)
    await Promise.all(browsers.map((browser) => browser.press('Continue')))
    const standing = []
    for (const browser of browsers) standing.push((await browser.open('/harbour/recover/password')).address)
    expect(standing.filter((address) => address === '/harbour/recover/password')).to.have.length.at.most(1)
    expect(await countAudit('recovery.link-followed')).to.equal(5)
  })

  it('TK-04: a link works at 4:59 and is refused at 5:01', async () => {
    const link = await getLink(portal, mia)
    portal.clock.pass(5 * MINUTE - SECOND)
    expect((await portal.visitor().open(link)).status).to.equal(200)
    portal.clock.pass(2 * SECOND)
    const late = await portal.visitor().open(link)
    expect(late.status).to.equal(410)
    expect(late.heading).to.equal('This link has expired')
  })

  it('TK-04: a page that was opened in time does not stretch its link', async () => {
    await mia.open(await getLink(portal, mia))
    portal.clock.pass(5 * MINUTE + SECOND)
    expect((await mia.press('Continue')).heading).to.equal('This link has expired')
  })

  it('TK-05: exchanged at 4:59, the password may be set 14 minutes later', async () => {
    const link = await getLink(portal, mia)
    portal.clock.pass(5 * MINUTE - SECOND)
    await followLink(mia, link)
    portal.clock.pass(14 * MINUTE)
    expect((await createPassword(mia)).address).to.equal('/harbour/recover/done')
  })

  it('TK-05: 15:01 after the exchange nothing changes any more', async () => {
    await followLink(mia, await getLink(portal, mia))
    portal.clock.pass(15 * MINUTE + SECOND)
    expect((await createPassword(mia)).address).to.equal('/harbour/recover/ended/expired')
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
  })

  it('TK-06: 20 scanners that GET and HEAD a link in parallel change nothing, and the person’s press works', async () => {
    const link = await getLink(portal, mia)
    const before = await everyRow()
    const agents = ['Barracuda', 'Microsoft Office', 'GoogleImageProxy', 'Slackbot-LinkExpanding 1.0', '']
    const opened = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const scanner = portal.visitor()
        scanner.headers = { 'User-Agent': agents[index % agents.length] ?? '' }
        return scanner.send(index % 2 === 0 ? 'GET' : 'HEAD', link)
      }),
    )
    expect(new Set(opened.map(({ status }) => status))).to.deep.equal(new Set([200]))
    expect(await everyRow()).to.deep.equal(before)
    await followLink(mia, link)
    expect((await createPassword(mia)).address).to.equal('/harbour/recover/done')
  })

  it('TK-07: after a scanner that also presses Continue, the person can still finish, and the scanner is out', async () => {
    const link = await getLink(portal, mia)
    const scanner = portal.visitor()
    await followLink(scanner, link)
    expect(scanner.page.address).to.equal('/harbour/recover/password')
    await followLink(mia, link)
    expect((await createPassword(scanner, 'Scanner-Wins-77!')).address).to.equal('/harbour/recover')
    expect((await createPassword(mia)).address).to.equal('/harbour/recover/done')
    expect((await scanner.open(link)).heading).to.equal('This link has been used')
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })

  it('TK-07: more scanners than a person has devices close the request instead of the door staying open', async () => {
    const link = await getLink(portal, mia)
    for (let scanner = 1; scanner <= 5; scanner += 1) await followLink(portal.visitor(), link)
    expect((await mia.open(link)).heading).to.equal('Too many tries')
  })

  it('TK-08: of two requests of one browser, the first link is refused and the second works', async () => {
    const first = await getLink(portal, mia)
    const second = await getLink(portal, mia)
    expect((await portal.visitor().open(first)).heading).to.equal('A newer link replaced this one')
    await followLink(mia, second)
    expect((await createPassword(mia)).address).to.equal('/harbour/recover/done')
  })

  it('TK-30: who continues by the same link takes it over, and what the first browser proved is not theirs', async () => {
    const link = await getLink(portal, mia)
    await followLink(mia, link)
    const held = mia.cookies.get('latchkey-recovery.harbour')
    const thief = portal.visitor()
    await followLink(thief, link)
    expect(thief.cookies.get('latchkey-recovery.harbour')).to.not.equal(held)
    const row = await portal.within('harbour', (tx) =>
      tx.rows<{ organization_id: string; proven: string[] }>('recovery_attempts').first(),
    )
    expect(row?.proven).to.deep.equal(['email-link'])
    await mia.open('/harbour/recover/password')
    expect(mia.page.address).to.equal('/harbour/recover')
  })

  async function formTokenOf(visitor: Visitor): Promise<string> {
    await visitor.open('/harbour/recover')
    return visitor.csrf
  }

  async function hashOfMia(): Promise<string> {
    return portal.within('harbour', async (tx) => {
      const account = await accountNamed(tx, { kind: 'username', canonical: 'mia' })
      const row = await tx
        .rows<{ organization_id: string; account_id: string; hash: string }>('passwords')
        .where('account_id', account!.id)
        .first()
      return row!.hash
    })
  }

  async function countAudit(kind: string): Promise<number> {
    return portal.within('harbour', async (tx) => {
      const account = await accountNamed(tx, { kind: 'username', canonical: 'mia' })
      return (await tx.rows('audit_events').where({ subject_id: account!.id, kind } as object)).length
    })
  }

  async function everyRow(): Promise<unknown[]> {
    return portal.within('harbour', async (tx) => {
      const rows: unknown[] = []
      for (const table of WHAT_A_LOOK_COULD_CHANGE) rows.push(await tx.rows(table).orderByRaw('1, 2, 3'))
      return rows
    })
  }
})

const WHAT_A_LOOK_COULD_CHANGE = [
  'recovery_attempts',
  'recovery_secrets',
  'messages',
  'audit_events',
  'passwords',
]

function onesIn(bytes: Buffer): number {
  return [...bytes].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
}
