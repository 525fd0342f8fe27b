import { expect } from 'chai'
import { verifiedPhone } from '../../src/accounts/phone.ts'
import { spendSms } from '../../src/accounts/sms-allowance.ts'
import { accountNamed } from '../../src/accounts/store.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import { currentSettings } from '../../src/organizations/store.ts'
import { DAY, HOUR, SECOND } from '../../src/platform/clock.ts'
import { askForLink, getLink } from '../support/steps.ts'
import { allowing, openPortal, type Portal, withPortal } from '../support/portal.ts'

const PHONE = '+6281234560000'
const ofTexts = (messagesPerDay: number) => ({ sms: { messagesPerDay }, branding: { locale: 'en' } })

describe('What may be spent on texts', () => {
  let portal: Portal
  beforeEach(async () => (portal = await openPortal({ poolSize: 10 })))
  afterEach(() => portal.close())

  const spend = (phone = PHONE, { slug = 'acme', perDay = 200 } = {}) =>
    portal.within(slug, (tx) => spendSms(portal.app.parts, tx, phone, ofTexts(perDay)))
  const wait = (seconds: number) => portal.clock.pass(seconds * SECOND)
  /** Numbers of which no two have the same prefix. */
  const stranger = (index: number) => `+62812${String(1000 + index)}0000`
  const alarms = (slug = 'acme') =>
    portal.within(slug, async (tx) => {
      const rows = tx.rows<TenantRow & { kind: string; detail: object }>('audit_events')
      return (await rows.where({ kind: 'sms.budget-nearly-spent' })).map(({ detail }) => detail)
    })

  it('SF-01: is nothing on a number of a country that is not listed, on sending as when it is given', async () => {
    const numberOf = (slug: string) =>
      portal.within(slug, async (tx) => {
        const mia = await accountNamed(tx, { kind: 'username', canonical: 'mia' })
        const { settings } = await currentSettings(tx)
        return verifiedPhone(mia!, tx.now, settings.sms.countries)
      })
    expect(await numberOf('acme')).to.equal('+12125550113')
    expect(await numberOf('harbour')).to.equal(null)
    await portal.change('acme', (settings) => ({ ...settings, sms: { ...settings.sms, countries: ['ID'] } }))
    expect(await numberOf('acme')).to.equal(null)
  })

  it('SF-02: is ten an hour on numbers that share all but the last four digits', async () => {
    const answers: string[] = []
    for (let last = 0; last < 50; last += 1)
      answers.push(await spend(`+628123456${String(last).padStart(4, '0')}`))
    expect(answers.slice(0, 10)).to.deep.equal(Array(10).fill('allowed'))
    expect(answers.slice(10)).to.deep.equal(Array(40).fill('prefix'))
    expect(await spend('+6281234570000')).to.equal('allowed')
    portal.clock.pass(HOUR)
    expect(await spend('+6281234569999')).to.equal('allowed')
  })

  it('SF-02: is ten an hour on such numbers however many workers ask at once', async () => {
    const numbers = Array.from({ length: 50 }, (_, last) => `+628123456${String(last).padStart(4, '0')}`)
    const answers = await Promise.all(numbers.map((number) => spend(number)))
    expect(answers.filter((answer) => answer === 'allowed')).to.have.length(10)
  })

  it('SF-03: is one text to a number, then others after 30 and 60 seconds, and no sooner', async () => {
    const answers: Record<number, string> = {}
    let passed = 0
    for (const at of [0, 1, 27, 30, 58, 61, 87, 90]) {
      wait(at - passed)
      passed = at
      answers[at] = await spend()
    }
    const allowed = Object.entries(answers).filter(([, answer]) => answer === 'allowed')
    expect(allowed.map(([at]) => Number(at))).to.deep.equal([0, 30, 90])
    for (const at of [1, 27, 58, 61, 87]) expect(answers[at], `after ${at} s`).to.equal('pause')
  })

  it('SF-03: is another text after 120 seconds where the operator allows more of them an hour', async () => {
    const generous = allowing({ 'sms-per-number-hour': 9, 'sms-per-number-day': 9 })
    await withPortal({ config: generous }, async (wide) => {
      const allowed: number[] = []
      for (let at = 0; at <= 240; at += 10) {
        const answer = await wide.within('acme', (tx) => spendSms(wide.app.parts, tx, PHONE, ofTexts(200)))
        if (answer === 'allowed') allowed.push(at)
        wide.clock.pass(10 * SECOND)
      }
      expect(allowed.slice(0, 4)).to.deep.equal([0, 30, 90, 210])
    })
  })

  it('SF-03: is three an hour and five a day to a number, from whatever organization', async () => {
    const hourly = async (slug: string) => {
      const answers: string[] = []
      for (let sent = 0; sent < 4; sent += 1) {
        answers.push(await spend(PHONE, { slug }))
        wait(240)
      }
      return answers
    }
    expect(await hourly('acme')).to.deep.equal(['allowed', 'allowed', 'allowed', 'number'])
    expect(await spend(PHONE, { slug: 'summit' })).to.equal('number')
    portal.clock.pass(HOUR)
    expect(await hourly('summit')).to.deep.equal(['allowed', 'allowed', 'number', 'number'])
    portal.clock.pass(DAY)
    expect(await spend()).to.equal('allowed')
  })

  it('SF-05: is what the organization set for a day, with an alarm at four fifths, and another’s goes on', async () => {
    const perDay = 10
    for (let sent = 0; sent < perDay; sent += 1) {
      expect(await spend(stranger(sent), { perDay })).to.equal('allowed')
      expect(await alarms()).to.have.length(sent < 7 ? 0 : 1)
    }
    expect(await alarms()).to.deep.equal([{ messagesPerDay: 10 }])
    for (const more of [100, 101]) expect(await spend(stranger(more), { perDay })).to.equal('organization')
    expect(await spend(stranger(102), { slug: 'summit', perDay })).to.equal('allowed')
    expect(await alarms('summit')).to.deep.equal([])
    // Set lower and higher again, it goes on where it stood.
    expect(await spend(stranger(103), { perDay: 0 })).to.equal('organization')
    expect(await spend(stranger(104), { perDay: 12 })).to.equal('allowed')
    portal.clock.pass(DAY)
    expect(await spend(stranger(1), { perDay })).to.equal('allowed')
    expect(await alarms()).to.have.length(1)
  })

  it('TI-13: is gone in one organization, its mails too, and untouched in another', async () => {
    const visitor = portal.visitor()
    for (let asked = 0; asked < 4; asked += 1) await askForLink(visitor, 'mia@harbour.example')
    await portal.deliver()
    expect(portal.mailbox).to.have.length(3)
    expect(await spend(stranger(0), { slug: 'harbour', perDay: 1 })).to.equal('allowed')
    expect(await spend(stranger(1), { slug: 'harbour', perDay: 1 })).to.equal('organization')

    expect(await getLink(portal, visitor, 'mia@meadow.example', 'meadow')).to.contain('/meadow/recover/link')
    expect(await spend(stranger(1), { slug: 'meadow', perDay: 1 })).to.equal('allowed')
  })

  it('SF-05: is never more than the operator allows, and nothing where the organization set nothing', async () => {
    expect(await spend(stranger(0), { slug: 'summit', perDay: 0 })).to.equal('organization')
    await withPortal({ config: allowing({ 'sms-per-organization-day': 2 }) }, async (small) => {
      const answers: string[] = []
      for (let sent = 0; sent < 3; sent += 1)
        answers.push(
          await small.within('acme', (tx) => spendSms(small.app.parts, tx, stranger(sent), ofTexts(200))),
        )
      expect(answers).to.deep.equal(['allowed', 'allowed', 'organization'])
    })
  })
})
