import { expect } from 'chai'
import { hashToken } from '../../src/platform/secrets.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  askForLink,
  canSignIn,
  createPassword,
  followLink,
  getLink,
  NEW_PASSWORD,
  signIn,
} from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'
import { dumpEverything } from './dump.ts'

describe('attacks: what leaks of a link, and what can be smuggled in beside it', () => {
  let portal: Portal
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
  })
  afterEach(() => portal.close())

  it('TK-18: two addresses in one field, by any spelling, are refused and mail nobody', async () => {
    await mia.open('/harbour/recover')
    const [victim, thief] = ['mia@harbour.example', 'thief@evil.example']
    const bodies: (string | [string, string][])[] = [
      [
        ['identifier', victim],
        ['identifier', thief],
      ],
      [
        ['identifier[]', victim],
        ['identifier[]', thief],
      ],
      [
        ['identifier[0]', victim],
        ['identifier[1]', thief],
      ],
      [['identifier[email]', victim]],
      [['identifier', `${victim},${thief}`]],
      [['identifier', `${victim};${thief}`]],
      [['identifier', `${victim} ${thief}`]],
      [['identifier', `["${victim}","${thief}"]`]],
      [['identifier', `${victim}\r\nBcc: ${thief}`]],
      [['identifier', `${victim}\0`]],
      [['identifier', `Mia <${victim}>`]],
      [['identifier', `"${victim}"@evil.example`]],
      [['identifier', `mia@harbour.example@evil.example`]],
    ]
    for (const fields of bodies) {
      const page = await mia.send('POST', '/harbour/recover', [
        ['csrf', mia.csrf],
        ...(fields as [string, string][]),
      ])
      expect(page.status, JSON.stringify(fields)).to.equal(422)
    }
    const json = await mia.send('POST', '/harbour/recover', JSON.stringify({ identifier: [victim, thief] }), {
      'Content-Type': 'application/json',
    })
    expect(json.status).to.equal(415)
    await portal.deliver()
    expect(portal.mailbox).to.have.length(0)
  })

  it('TK-20: the page of a link tells its address to nobody, and after it the address is clean', async () => {
    const page = await mia.open(await getLink(portal, mia))
    expect(page.headers['referrer-policy']).to.equal('same-origin')
    const loaded = page.root
      .querySelectorAll('[src], link[href]')
      .map((one) => one.getAttribute('src') ?? one.getAttribute('href') ?? '')
    expect(loaded).to.have.length.above(0)
    for (const address of loaded) expect(address).to.match(/^\/(assets|harbour)\//)
    await mia.press('Continue')
    expect(mia.page.address).to.equal('/harbour/recover/password')
  })

  it('TK-21: no table holds a raw token, cookie or password at any step', async () => {
    const secrets = new Set<string>([NEW_PASSWORD, DEMO_PASSWORD])
    const steps: [string, () => Promise<unknown>][] = [
      ['asked', () => askForLink(mia, 'mia@harbour.example')],
      ['sent', () => portal.deliver()],
      ['opened', () => mia.open(linkIn(portal.mailbox[0]))],
      ['followed', () => mia.press('Continue')],
      ['refused', () => createPassword(mia, 'Too-short')],
      ['done', () => createPassword(mia)],
      ['told', () => portal.deliver()],
      ['signed in', () => signIn(mia, 'mia', NEW_PASSWORD)],
    ]
    const token = () =>
      portal.mailbox[0] ? new URL(linkIn(portal.mailbox[0])).searchParams.get('token') : null
    for (const [step, act] of steps) {
      await act()
      for (const secret of [...mia.cookies.values(), mia.csrf, token() ?? '']) if (secret) secrets.add(secret)
      const dump = await dumpEverything(portal)
      for (const secret of secrets)
        expect(dump.includes(secret), `${step}: a secret in the dump`).to.equal(false)
      // The dump would show them: what is stored instead is in it.
      const held = mia.cookies.get('latchkey-recovery.harbour')
      if (held) expect(dump, step).to.include(hashToken(held).toString('hex'))
    }
    expect(secrets).to.have.length.above(6)
  })

  it('TK-22: a password too short, common, or typed in two ways spends nothing, and a good one then works', async () => {
    await followLink(mia, await getLink(portal, mia))
    for (const [password, confirmation] of [
      ['S1!', 'S1!'],
      ['Password123!', 'Password123!'],
      [NEW_PASSWORD, 'Tr4vel-Lamp!8'],
    ]) {
      const page = await mia.press('Create Password', { password: password!, confirmation: confirmation! })
      expect(page.status).to.equal(422)
      expect(page.problemsAt('password').length + page.problemsAt('confirmation').length).to.be.above(0)
    }
    expect((await createPassword(mia)).address).to.equal('/harbour/recover/done')
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })

  it('TK-24: no parameter and no header sends a visitor, or a link, anywhere but to our own pages', async () => {
    const targets = [
      '//evil.example',
      '/\\evil.example',
      '/%2f%2fevil.example',
      'https:evil.example',
      'javascript:1',
      'x@evil.example',
    ]
    for (const target of targets) {
      const fields = { next: target, return_to: target, redirect: target, reset_url: target, url: target }
      const query = new URLSearchParams(fields).toString()
      const visitor = portal.visitor()
      visitor.headers = {
        Referer: 'https://evil.example/',
        'X-Forwarded-Host': 'evil.example',
        Forwarded: 'host=evil.example',
      }
      await visitor.open(`/harbour/sign-in?${query}`)
      const signedIn = await visitor.send('POST', `/harbour/sign-in?${query}`, {
        csrf: visitor.csrf,
        identifier: 'adam',
        password: DEMO_PASSWORD,
        ...fields,
      })
      expect(signedIn.location).to.equal('/harbour/account')
      await visitor.open(`/harbour/recover?${query}`)
      const asked = await visitor.send('POST', `/harbour/recover?${query}`, {
        csrf: visitor.csrf,
        identifier: `nobody${targets.indexOf(target)}@harbour.example`,
        ...fields,
      })
      expect(asked.location).to.equal('/harbour/recover/sent')
    }
    const asking = portal.visitor()
    asking.headers = { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' }
    expect(await getLink(portal, asking)).to.match(new RegExp(`^${portal.url}/harbour/recover/link\\?token=`))
  })

  it('TK-26: 1,000 random tokens from one place and its /64 are answered with 429 after 20, and nobody is locked', async () => {
    const link = await getLink(portal, mia)
    const guess = (index: number) => {
      const guesser = portal.visitor(`2001:db8:1:2::${(index + 1).toString(16)}`)
      return guesser.send('GET', `/harbour/recover/link?token=${String(index).padStart(43, 'A')}`)
    }
    const statuses: number[] = []
    for (let batch = 0; batch < 1000; batch += 100) {
      const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => guess(batch + index)))
      statuses.push(...answers.map(({ status }) => status))
    }
    expect(statuses.filter((status) => status === 404)).to.have.length(20)
    expect(statuses.filter((status) => status === 429)).to.have.length(980)
    expect((await portal.visitor('2001:db8:1:2::ffff').open(link)).status, 'a genuine link').to.equal(200)
    expect((await portal.visitor('2001:db8:1:3::1').open('/harbour/recover/link?token=x')).status).to.equal(
      404,
    )
  })

  it('TK-26: of 200 wrong tokens posted in parallel, 20 are judged and the rest told when to come back', async () => {
    await mia.open('/harbour/recover')
    const { csrf } = mia
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        mia.send('POST', `/harbour/recover/link?token=${String(index).padStart(43, 'B')}`, {
          csrf,
          action: 'continue',
        }),
      ),
    )
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).to.have.length(180)
    expect(new Set(refused.map((page) => page.headers['retry-after']))).to.deep.equal(new Set(['600']))
  })

  it('TK-27: no response of any step holds the token of the link, an id or another browser’s cookie', async () => {
    const pages: Page[] = [
      await askForLink(mia, 'mia@harbour.example'),
      await mia.open('/harbour/recover/sent'),
    ]
    await portal.deliver()
    const link = linkIn(portal.mailbox[0])
    pages.push(await mia.open(link), await mia.press('Continue'), await createPassword(mia, 'short'))
    pages.push(await createPassword(mia), await mia.open(link), await signIn(mia, 'mia', NEW_PASSWORD))
    const ids = await portal.within('harbour', async (tx) => {
      const rows = []
      for (const table of ['accounts', 'recovery_attempts', 'messages']) {
        rows.push(...(await tx.rows<{ organization_id: string; id: string }>(table).select('id')))
      }
      return [tx.organizationId, ...rows.map(({ id }) => id)]
    })
    const token = new URL(link).searchParams.get('token') ?? ''
    for (const { address, body, headers } of pages) {
      const { 'set-cookie': cookies = [], ...others } = headers
      const shown = body + JSON.stringify(others)
      for (const secret of [token, ...ids])
        expect(shown.includes(secret), `${secret} at ${address}`).to.equal(false)
      expect(cookies.join()).to.not.include(token)
    }
  })
})
