import { expect } from 'chai'
import { smsWasAnswered, spendSms, spendSmsToConfirm } from '../../src/accounts/sms-allowance.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import { DAY, HOUR } from '../../src/platform/clock.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { fingerprint } from '../support/fingerprint.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { askForCode, codeIn, createPassword, followLink, NEW_PASSWORD, signIn } from '../support/steps.ts'

const OF_TEXTS = { sms: { messagesPerDay: 200 }, branding: { locale: 'en' } }

interface Counted extends TenantRow {
  country: string
  sent: number
  proved: number
}

/** Numbers of which no two have the same prefix. */
const indonesian = (index: number) => `+62812${String(1000 + index)}0000`
const american = (index: number) => `+1212${String(200 + index)}0113`

describe('attacks: texts to a country where nobody reads them', () => {
  let portal: Portal
  let asked: number
  beforeEach(async () => {
    portal = await openPortal({ poolSize: 10 })
    asked = 0
  })
  afterEach(() => portal.close())

  const spend = (phone = indonesian((asked += 1)), slug = 'acme') =>
    portal.within(slug, (tx) => spendSms(portal.app.parts, tx, phone, OF_TEXTS))
  const send = async (texts: number, phone: typeof indonesian = indonesian, slug = 'acme') => {
    for (let sent = 0; sent < texts; sent += 1)
      expect(await spend(phone((asked += 1)), slug), `text ${sent + 1}`).to.equal('allowed')
  }
  const type = async (codes: number, phone = indonesian(0)) => {
    for (let typed = 0; typed < codes; typed += 1)
      await portal.within('acme', (tx) => smsWasAnswered(tx, phone))
  }
  const pauses = () =>
    portal.within('acme', async (tx) => {
      const rows = tx.rows<TenantRow & { kind: string; detail: object }>('audit_events')
      return (await rows.where({ kind: 'sms.country-paused' })).map(({ detail }) => detail)
    })

  it('SF-08: after 50 texts, fewer than ten of them typed, none goes there for a day; then counting begins anew', async () => {
    await send(50)
    await type(9)
    expect(await spend()).to.equal('country')
    portal.clock.pass(DAY - 1)
    expect(await spend()).to.equal('country')
    expect(await pauses()).to.deep.equal([
      { country: 'ID', sent: 50, proved: 9, until: '2026-03-03T09:00:00.000Z' },
    ])
    portal.clock.pass(1)
    await send(50)
    expect(await spend()).to.equal('country')
    expect(await pauses()).to.have.length(2)
  })

  it('SF-08: ten typed of fifty are enough, and each fifty are judged by themselves', async () => {
    await send(50)
    await type(10)
    await send(50)
    expect(await spend()).to.equal('country')
  })

  it('SF-08: of 60 asked for at the same instant 50 go out, and the pause is told once', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => spend()))
    expect(answers.filter((answer) => answer === 'allowed')).to.have.length(50)
    expect(await pauses()).to.have.length(1)
  })

  it('SF-08: neither another country nor another organization is paused with it', async () => {
    await send(50)
    expect(await spend()).to.equal('country')
    expect(await spend(american(1))).to.equal('allowed')
    expect(await spend(indonesian((asked += 1)), 'summit')).to.equal('allowed')
  })

  it('SF-08: fewer than 50 in a day are not judged, and the next day is counted by itself', async () => {
    await send(49)
    portal.clock.pass(DAY)
    await send(50)
    expect(await spend()).to.equal('country')
  })

  it('SF-08: a text that another limit holds back is not counted', async () => {
    await send(49)
    const last = indonesian((asked += 1))
    expect(await spend(last)).to.equal('allowed')
    await type(10)
    await send(1)
    expect(await spend(indonesian(asked))).to.equal('pause')
    const [row] = await portal.within('acme', (tx) => tx.rows<Counted>('sms_countries'))
    expect(row).to.include({ country: 'ID', sent: 1, proved: 0 })
  })

  it('SF-08: people who confirm no number of their own silence nobody’s recovery, and get half of the day at most', async () => {
    const confirm = () =>
      portal.within('acme', (tx) => {
        const own = { accountId: newId(systemRandom, tx.now), phone: indonesian((asked += 1)) }
        return spendSmsToConfirm(portal.app.parts, tx, own, OF_TEXTS)
      })
    for (let sent = 0; sent < 100; sent += 1) expect(await confirm(), `text ${sent + 1}`).to.equal('allowed')
    expect(await confirm()).to.equal('organization')
    expect(await spend()).to.equal('allowed')
    await send(49)
    expect(await spend()).to.equal('country')
    portal.clock.pass(DAY - 1)
    expect(await confirm(), 'to a country that is paused').to.equal('country')
  })

  it('SF-08: who runs the organization is told, and when it ends; people get a mail; the pages know nothing of it', async () => {
    await send(50, american)
    const codePageOf = async (identifier: string) => {
      const visitor = portal.visitor()
      await askForCode(portal, visitor, identifier, 'acme')
      return fingerprint(await visitor.open('/acme/recover/code'))
    }
    expect(await codePageOf('mia')).to.deep.equal(await codePageOf('nobody'))
    expect(portal.texts).to.deep.equal([])
    const told = portal.mailbox.filter(({ subject }) => subject.startsWith('Texts to'))
    expect(told.map(({ to }) => to)).to.have.members(['olivia@acme.example', 'adam@acme.example'])
    for (const { subject, text } of told) {
      expect(subject).to.equal('Texts to one country are paused for Acme Works')
      expect(text).to.match(
        /last 50 codes .* this country, United States, none was typed[^]*ends by itself on March 3, 2026 at 9:00.AM UTC/,
      )
    }
    const mails = portal.mailbox.filter(({ to }) => to === 'mia@acme.example')
    expect(mails).to.have.length(1)
    const mia = portal.visitor()
    await followLink(mia, linkIn(mails[0]))
    await createPassword(mia)
    expect((await signIn(mia, 'mia', NEW_PASSWORD, 'acme')).address).to.equal('/acme/account')

    portal.clock.pass(DAY + HOUR)
    await askForCode(portal, portal.visitor(), 'noah', 'acme')
    expect(portal.texts).to.have.length(1)
  })

  it('SF-08: a code that is typed counts for its country, a wrong one and a second press do not', async () => {
    const mia = portal.visitor()
    await askForCode(portal, mia, 'mia', 'acme')
    const code = codeIn(portal.texts[0])
    const counts = async () => {
      const [row] = await portal.within('acme', (tx) => tx.rows<Counted>('sms_countries'))
      return { country: row?.country, sent: row?.sent, proved: row?.proved }
    }
    await mia.press('Continue', { code: code === '00000000' ? '00000001' : '00000000' })
    expect(await counts()).to.deep.equal({ country: 'US', sent: 1, proved: 0 })
    const { csrf } = mia
    await mia.press('Continue', { code })
    expect(await counts()).to.deep.equal({ country: 'US', sent: 1, proved: 1 })
    await mia.send('POST', '/acme/recover/code', { csrf, action: 'continue', code })
    expect(await counts()).to.deep.equal({ country: 'US', sent: 1, proved: 1 })
  })
})
