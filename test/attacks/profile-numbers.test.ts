import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { DAY, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { changePhone, getPhoneCode, NEW_PHONE, PROFILE } from '../support/contacts.ts'
import { fingerprint } from '../support/fingerprint.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, signIn } from '../support/steps.ts'
import { rowsOf } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

describe('attacks: on a new number', () => {
  let portal: Portal
  let mia: Visitor
  let adam: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
    adam = portal.visitor()
  })
  afterEach(() => portal.close())

  it('OT-02: of 40 codes typed at once no more than five are judged', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    const code = await getPhoneCode(portal, mia)
    const wrong = Array.from({ length: 40 }, (_, index) => String(10_000_000 + index)).filter(
      (guess) => guess !== code,
    )
    await Promise.all(wrong.map((guess) => mia.submit('Continue', { code: guess })))
    expect((await mia.press('Continue', { code })).status, 'the right one after them').to.equal(422)
    const [pending] = await rowsOf<{ tries: number }>(portal, 'acme', 'mia', 'pending_contacts')
    expect(pending?.tries).to.equal(5)
  })

  it('OT-07: the code of one person’s number is worth nothing to another, though the number is the same', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await signIn(adam, 'adam', DEMO_PASSWORD, 'acme')
    const code = await getPhoneCode(portal, mia)
    portal.clock.pass(30 * SECOND)
    await getPhoneCode(portal, adam)
    expect((await adam.press('Continue', { code })).status).to.equal(422)
    await mia.open(`/acme${PROFILE}/code`)
    expect((await mia.press('Continue', { code })).text).to.contain('Your mobile number is confirmed.')
  })

  it('SF-01, SF-06: no text goes to a number of another country, or of no mobile type', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    for (const phone of [
      '+7 912 345-67-89',
      '+44 909 8790000',
      '+44 843 5550000',
      '+8816 5 1234567',
      '+62 21 5550 1234',
      '911',
    ])
      expect(
        (await mia.open(`/acme${PROFILE}/phone`),
        await mia.press('Send the code', { phone, currentPassword: DEMO_PASSWORD })).status,
        phone,
      ).to.equal(422)
    await portal.deliver()
    expect(portal.texts).to.deep.equal([])
    expect(await rowsOf(portal, 'acme', 'mia', 'pending_contacts')).to.deep.equal([])
  })

  it('SF-01: a country that is taken off the list while the text waits gets none', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await mia.open(`/acme${PROFILE}/phone`)
    await mia.press('Send the code', { phone: NEW_PHONE, currentPassword: DEMO_PASSWORD })
    await portal.change('acme', (settings) => ({ ...settings, sms: { ...settings.sms, countries: ['ID'] } }))
    await portal.deliver()
    expect(portal.texts).to.deep.equal([])
  })

  it('SF-07: no text for who has not shown that their address is theirs', async () => {
    await changeAccount(portal, 'acme', 'mia', { email_verified_at: null })
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await mia.open(`/acme${PROFILE}/phone`)
    expect(mia.page.text).to.contain('First confirm your email address')
    const forced = await mia.send('POST', `/acme${PROFILE}/phone`, { csrf: mia.csrf, phone: NEW_PHONE })
    expect(forced.status).to.equal(422)
    await portal.deliver()
    expect(portal.texts).to.deep.equal([])
  })

  it('SF-09: the third change of the own number in a day is refused, before any text', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await changePhone(portal, mia, '+1 212 555 0177')
    await changePhone(portal, mia, '+1 212 555 0178')
    await mia.open(`/acme${PROFILE}/phone`)
    const third = await mia.press('Send the code', {
      phone: '+1 212 555 0179',
      currentPassword: DEMO_PASSWORD,
    })
    expect([third.status, third.text]).to.satisfy(
      ([status, text]: [number, string]) => status === 429 && text.includes('You can try again in 24 hours'),
    )
    await portal.deliver()
    expect(portal.texts).to.have.length(2)
  })

  it('SF-08: texts to own numbers are not what recovery to a country is judged by, typed or not', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await changePhone(portal, mia, '+1 212 555 0177')
    await getPhoneCode(portal, mia, '+1 213 555 0178')
    expect(portal.texts).to.have.length(2)
    expect(await portal.within('acme', (tx) => tx.rows('sms_countries'))).to.deep.equal([])
  })

  it('SF-09: an account gets three texts a day to numbers of its own', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    for (const phone of ['+1 212 555 0177', '+1 213 555 0178']) {
      await mia.open(`/acme${PROFILE}/phone`)
      await mia.press('Send the code', { phone, currentPassword: DEMO_PASSWORD })
      await portal.deliver()
      portal.clock.pass(MINUTE)
      await mia.open(`/acme${PROFILE}/code`)
      await mia.press('Send a new code')
      await portal.deliver()
    }
    expect(portal.texts).to.have.length(3)
    portal.clock.pass(DAY)
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await getPhoneCode(portal, mia, '+1 214 555 0179')
    expect(portal.texts).to.have.length(4)
  })

  it('SF-03: what one number may get holds here too, and the page does not change with it', async () => {
    const pages = []
    for (const name of ['mia', 'adam']) {
      const visitor = portal.visitor()
      await signIn(visitor, name, DEMO_PASSWORD, 'acme')
      await visitor.open(`/acme${PROFILE}/phone`)
      pages.push(
        fingerprint(
          await visitor.submit('Send the code', { phone: NEW_PHONE, currentPassword: DEMO_PASSWORD }),
        ),
      )
      await portal.deliver()
    }
    expect(pages[1]).to.deep.equal(pages[0])
    expect(portal.texts, 'not again before 30 s').to.have.length(1)
  })
})
