import { expect } from 'chai'
import { isEmail, readIdentifier } from '../../src/accounts/identifiers.ts'
import { pages } from '../../src/web/routes.ts'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { getPhoneCode } from '../support/contacts.ts'
import { ownerOf, propose } from '../support/owner.ts'
import { handOut } from '../support/people.ts'
import { asking } from '../support/desk.ts'
import { lookedAt } from '../support/import.ts'
import { idOf } from '../support/managing.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { beginSetUp, confirmKey } from '../support/profile.ts'
import {
  askForCode,
  askForLink,
  changeAccount,
  codeOfApp,
  followLink,
  getLink,
  getVerification,
  signIn,
} from '../support/steps.ts'
import { changeMias, rowsOf } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

const SQL = [
  `' or '1'='1`,
  `'; drop table accounts; --`,
  `" or 1=1 --`,
  `\\'; select pg_sleep(9)--`,
  `$1`,
  `?`,
  `??`,
  `:now`,
]
const MARKUP = `<script>alert(1)</script><img src=x onerror=alert(1)>"'{{7777*7777}}{{range.constructor("return process.env")()}}`

/** For each page that only somebody at its step is shown: who stands there, and under which address. */
async function peopleAtEachStep(portal: Portal): Promise<Map<string, { visitor: Visitor; address: string }>> {
  const standing = new Map<string, { visitor: Visitor; address: string }>()
  const stand = (path: string, visitor: Visitor) =>
    standing.set(path, { visitor, address: visitor.page.address })
  const [reader, answerer, chooser, typist, holder] = visitors(portal)
  const [enrolling, keeping, half, guest, undoer] = visitors(portal)
  await guest.open('/harbour/sign-in')
  stand('/sign-in', guest)
  await signIn(half, DEMO_AUTHENTICATOR.username, DEMO_PASSWORD)
  stand('/sign-in/authenticator', half)
  const link = await getLink(portal, reader)
  await reader.open(link)
  stand('/recover/link', reader)
  await followLink(answerer, link)
  stand('/recover/password', answerer)
  await chooser.open('/acme/recover')
  await chooser.press('Proceed', { identifier: 'mia' })
  stand('/recover/choose', chooser)
  await askForCode(portal, typist, 'mia', 'acme')
  stand('/recover/code', typist)
  await followLink(holder, await getLink(portal, holder, 'noah', 'acme'))
  stand('/recover/authenticator', holder)
  await followLink(enrolling, await getLink(portal, enrolling, 'mia', 'lantern'))
  stand('/recover/enrol', enrolling)
  await followLink(keeping, await getLink(portal, keeping, 'adam', 'lantern'))
  const key = (keeping.page.root.querySelector('code.key')?.textContent ?? '').replaceAll(' ', '')
  await keeping.press('Continue', { code: codeOfApp(portal.clock.now(), key) })
  stand('/recover/recovery-codes', keeping)
  await undoer.open(await changeMias(portal, portal.visitor(), 'meadow'))
  stand('/recover/undo-change', undoer)
  const [scanning, filing] = visitors(portal)
  await signIn(scanning, 'adam')
  await beginSetUp(scanning)
  stand('/account/authenticator/enrol', scanning)
  await signIn(filing, 'olivia')
  await beginSetUp(filing)
  await confirmKey(portal, filing)
  stand('/account/authenticator/recovery-codes', filing)
  const [newcomer, owner] = visitors(portal)
  await owner.open(await getVerification(portal, newcomer))
  stand('/verify-email', owner)
  await newcomer.open('/harbour/sign-up')
  stand('/sign-up', newcomer)
  return standing
}

function visitors(portal: Portal): [Visitor, Visitor, Visitor, Visitor, Visitor] {
  const one = () => portal.visitor()
  return [one(), one(), one(), one(), one()]
}

describe('attacks: what people can type', () => {
  let portal: Portal
  let mia: Visitor

  before(async () => {
    portal = await openPortal()
  })
  after(() => portal.close())
  beforeEach(() => {
    mia = portal.visitor()
  })

  it('IN-01: SQL in every field, cookie, parameter and part of an address is text and breaks nothing', async () => {
    const before = await accountsThere()
    for (const [index, payload] of SQL.entries()) {
      const visitor = portal.visitor()
      await visitor.open('/harbour/recover')
      const { csrf } = visitor
      for (const { path, submit, fields } of pages) {
        const address = `/harbour${path.replace(':reason', encodeURIComponent(payload))}`
        const answers = [await visitor.send('GET', `${address}?token=${encodeURIComponent(payload)}`)]
        if (submit) {
          const names = Object.keys(fields ?? {})
          answers.push(
            await visitor.send('POST', address, [
              ['csrf', csrf],
              ...names.map((name): [string, string] => [name, payload]),
            ]),
          )
        }
        for (const { status } of answers) expect(status, `${payload} at ${address}`).to.be.below(500)
      }
      visitor.setCookie('latchkey-session.harbour', encodeURIComponent(payload))
      expect((await visitor.open('/harbour/account')).address, String(index)).to.equal('/harbour/sign-in')
    }
    expect(await accountsThere()).to.equal(before)
  })

  it('IN-02: an array, object or repeated field in place of each text is 422 on every form', async function () {
    this.timeout(120_000)
    const standing = await peopleAtEachStep(portal)
    const newNumber = portal.visitor()
    await signIn(newNumber, 'mia', DEMO_PASSWORD, 'acme')
    await getPhoneCode(portal, newNumber)
    const [rani, initial] = [portal.visitor(), await handOut(portal)]
    await signIn(rani, 'rani', initial, 'lantern')
    standing.set('/sign-in/new-password', { visitor: rani, address: '/lantern/sign-in/new-password' })
    const changer = portal.visitor()
    await changeMias(portal, changer, 'summit')
    await changer.open('/summit/account/activity')
    const undoing = changer.page.root.querySelector('.timeline a')?.getAttribute('href') ?? ''
    await changer.open(undoing)
    standing.set('/account/activity/undo', { visitor: changer, address: undoing })
    standing.set('/account/profile/code', { visitor: newNumber, address: '/acme/account/profile/code' })
    const nils = portal.visitor()
    await signIn(nils, 'nils', DEMO_PASSWORD)
    await nils.open('/harbour/account/add-email')
    standing.set('/account/add-email', { visitor: nils, address: '/harbour/account/add-email' })
    await signIn(mia, 'mia', DEMO_PASSWORD)
    await mia.open('/harbour/account/password')
    const olivia = await ownerOf(portal, 'harbour')
    const { address: review } = await propose(olivia, 'harbour', {})
    standing.set('/manage/recovery/review', { visitor: olivia, address: review })
    standing.set('/manage/history/:version', { visitor: olivia, address: '/harbour/manage/history/1' })
    await asking(portal, 'harbour').ask(portal.visitor(), 'nils')
    const [asked] = await rowsOf<{ id: string }>(portal, 'harbour', 'nils', 'recovery_requests')
    standing.set('/manage/requests/:id', {
      visitor: olivia,
      address: `/harbour/manage/requests/${asked?.id ?? ''}`,
    })
    const { found: imported } = await lookedAt(portal, 'email\nsari@lintas.example')
    standing.set('/manage/people/import/:id', {
      visitor: olivia,
      address: `/harbour/manage/people/import/${imported.id}`,
    })
    const person = await idOf(portal, 'noah')
    for (const { path, submit, fields, role } of pages) {
      for (const name of Object.keys(submit ? (fields ?? {}) : {})) {
        const whole = Object.keys(fields ?? {})
          .filter((other) => other !== name)
          .map((other): [string, string] => [other, 'x'])
        for (const broken of [
          [[`${name}[$gt]`, '']],
          [
            [`${name}[]`, 'a'],
            [`${name}[]`, 'b'],
          ],
          [
            [name, 'a'],
            [name, 'b'],
          ],
          [[`${name}[a][b]`, 'c']],
          [[`${name}[__proto__][x]`, 'c']],
        ] as [string, string][][]) {
          const { visitor, address } = standing.get(path) ?? {
            visitor: role ? olivia : mia,
            address: `/harbour${path.replace(':id', person)}`,
          }
          const page = await visitor.send('POST', address, [['csrf', visitor.csrf], ...whole, ...broken])
          // What its body parser drops was never sent, and a text that need not be there was left out.
          const isOptional = fields?.[name]?.safeParse(undefined).success === true
          const mayBeLeftOut = isOptional && JSON.stringify(broken).includes('__proto__')
          if (!mayBeLeftOut) expect(page.status, `${path} ${JSON.stringify(broken)}`).to.equal(422)
        }
      }
    }
  })

  it('IN-02: a form token that is no plain text is 403', async () => {
    await mia.open('/harbour/recover')
    for (const name of ['csrf[]', 'csrf[a]']) {
      expect((await mia.send('POST', '/harbour/recover', [[name, mia.csrf]])).status).to.equal(403)
    }
  })

  it('IN-03, IN-04: names with markup and template code are shown, mailed and typed back as the letters they are', async () => {
    await changeAccount(portal, 'summit', 'adam', { full_name: MARKUP })
    await portal.within('summit', async (tx) => {
      await tx
        .sql('organizations')
        .where('id', tx.organizationId)
        .update({ name: MARKUP.slice(0, 100) })
    })
    mia.headers = { 'User-Agent': MARKUP }
    const typed = await mia.open('/summit/recover').then(() => mia.submit('Proceed', { identifier: MARKUP }))
    const home = await signIn(mia, 'adam', DEMO_PASSWORD, 'summit')
    expect(home.address).to.equal('/summit/account')
    await askForLink(mia, 'adam', 'summit')
    await portal.deliver()
    const mail = portal.mailbox.findLast(({ to }) => to === 'adam@summit.example')
    for (const shown of [home.body, typed.body, mail?.html ?? '', mail?.text ?? '']) {
      expect(shown).to.contain('7777*7777')
      expect(shown).to.not.contain('60481729')
    }
    for (const html of [home.body, typed.body, mail?.html ?? '']) {
      expect(html).to.not.match(/<script>alert|<img src=x/)
      expect(html).to.contain('&lt;script&gt;alert(1)')
    }
    expect(mail?.subject).to.not.match(/[\r\n]/)
    await portal.within('summit', (tx) =>
      tx.sql('organizations').where('id', tx.organizationId).update({ name: 'Summit Identity' }),
    )
  })

  it('IN-12: a large body, ten thousand fields and deep nesting are refused before anything is made of them', async () => {
    await mia.open('/harbour/recover')
    const { csrf } = mia
    const bodies: [string, number[]][] = [
      [`csrf=${csrf}&identifier=${'x'.repeat(2_000_000)}`, [413]],
      [`csrf=${csrf}&${Array.from({ length: 10_000 }, (_, index) => `f${index}=1`).join('&')}`, [413]],
      [
        `csrf=${csrf}&${Array.from({ length: 2_000 }, (_, index) => `f${index}`).join('&')}`,
        [400, 403, 413, 422],
      ],
      [`csrf=${csrf}&identifier${'[a]'.repeat(4000)}=1`, [400, 403, 422]],
      [`csrf=${csrf}&identifier=%ff%fe%00`, [422]],
      [`csrf=${csrf}&%`, [400, 422]],
    ]
    for (const [body, expected] of bodies) {
      const page = await mia.send('POST', '/harbour/recover', body)
      expect(page.status, body.slice(60, 110)).to.be.oneOf(expected)
    }
    const zipped = await mia.send('POST', '/harbour/recover', `csrf=${csrf}`, { 'Content-Encoding': 'gzip' })
    expect(zipped.status).to.be.within(400, 415)
  })

  it('IN-13: pathological addresses and names are judged with work that grows no faster than they do', () => {
    const shapes = [
      (size: number) => `${'a'.repeat(size)}@`,
      (size: number) => `${'a.'.repeat(size)}@${'b.'.repeat(size)}`,
      (size: number) => `a@${'b-'.repeat(size)}.com`,
      (size: number) => '@'.repeat(size),
      (size: number) => `"${'\\"'.repeat(size)}"@x.com`,
      (size: number) => `${'ﷺ'.repeat(size)}@x.com`,
    ]
    for (const shape of shapes) {
      for (const read of [isEmail, readIdentifier]) {
        const began = process.cpuUsage()
        read(shape(100_000))
        const { user, system } = process.cpuUsage(began)
        // What backtracks needs minutes for this; what does not, a few milliseconds, also on a busy machine.
        expect(user + system, `${shape(2)} for ${read.name}`).to.be.below(500_000)
      }
    }
  })

  async function accountsThere(): Promise<number> {
    return portal.within('harbour', async (tx) => (await tx.rows('accounts')).length)
  }
})
