import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { Unavailable } from '../../src/platform/unavailable.ts'
import type { Settings } from '../../src/organizations/settings.ts'
import { openPortal, verificationIn, type Portal } from '../support/portal.ts'
import {
  accountOf,
  changeAccount,
  getVerification,
  RINA,
  RINAS_PASSWORD,
  signIn,
  signUp,
  verify,
} from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

describe('Signing up, on every way that it can go', () => {
  let portal: Portal
  let rina: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    rina = portal.visitor()
  })
  afterEach(() => portal.close())

  const change = (signUpNow: Partial<Settings['signUp']>, slug = 'harbour') =>
    portal.change(slug, (settings) => ({ ...settings, signUp: { ...settings.signUp, ...signUpNow } }))

  it('closed: a calm page with the next step, no link to it, and no form that gets around it', async () => {
    await rina.open('/meadow/sign-in')
    expect(rina.page.text).not.to.contain('Sign Up')
    const { csrf } = rina
    for (const page of [
      await rina.open('/meadow/sign-up'),
      await rina.send('POST', '/meadow/sign-up', { ...RINA, csrf }),
    ]) {
      expect(page.status).to.equal(404)
      expect(page.heading).to.equal('Sign-up is not open here')
      expect(page.text).to.contain('the Meadow support team')
    }
    await portal.deliver()
    expect(portal.mailbox).to.have.length(0)
  })

  it('open: any mailbox may, but one whose domain is denied', async () => {
    await verify(rina, await getVerification(portal, rina, { email: 'rina@gmail.com' }, 'acme'))
    expect(rina.page.heading).to.equal('Verification successful.')
    await change({ deniedDomains: ['gmail.com'] }, 'acme')
    const page = await signUp(portal.visitor(), { email: 'mira@gmail.com' }, 'acme')
    expect(page.problemsAt('email').join()).to.contain('Addresses of this domain are not accepted')
  })

  it('company addresses only: what the owner allows is let in, and what they deny is not', async () => {
    await change({ allowedDomains: ['gmail.com'], deniedDomains: ['lintas.example'] })
    expect((await signUp(rina, { email: 'rina@gmail.com' })).address).to.equal('/harbour/sign-up/sent')
    expect((await signUp(rina)).problemsAt('email').join()).to.contain('not accepted here')
  })

  it('closed, or the domain denied, before the mail left or the link was pressed: nothing comes of it, and it says so', async () => {
    await signUp(rina)
    await change({ mode: 'closed' })
    await portal.deliver()
    expect(portal.mailbox).to.have.length(0)
    await change({ mode: 'company' })
    const link = await getVerification(portal, rina)
    await rina.open(link)
    await change({ deniedDomains: ['lintas.example'] })
    const page = await rina.press('Verify Your Email Address')
    expect([page.status, page.heading]).to.deep.equal([410, 'This sign-up is not possible any more'])
    expect(await accountOf(portal, RINA.email)).to.equal(null)
  })

  it('a number is read as it is written in the one country that texts go to, and else wants a country code', async () => {
    await portal.change('harbour', (settings) => ({
      ...settings,
      sms: { ...settings.sms, countries: ['ID'] },
    }))
    await rina.open('/harbour/sign-up')
    expect(rina.page.text).to.contain('Indonesia')
    await verify(rina, await getVerification(portal, rina, { phone: '0812 3456 7890' }))
    expect(await accountOf(portal, RINA.email)).to.include({ phone: '+6281234567890', phoneVerifiedAt: null })
    const mira = portal.visitor()
    await verify(mira, await getVerification(portal, mira, { email: 'mira@lintas.example', phone: '' }))
    expect(await accountOf(portal, 'mira@lintas.example')).to.include({ phone: null })
    const fixed = await signUp(portal.visitor(), { phone: '+62 21 5795 5000' })
    expect(fixed.problemsAt('phone').join()).to.contain('not a mobile number')
  })

  it('the terms: which version, and when it was agreed to, is kept; where there are none, nothing is asked', async () => {
    const began = portal.clock.now()
    const link = await getVerification(portal, rina)
    portal.clock.pass(HOUR)
    await verify(rina, link)
    const kept = await portal.within('harbour', (tx) =>
      tx.rows('accepted_terms').select('version', 'accepted_at'),
    )
    expect(kept).to.deep.equal([{ version: '2026-01', accepted_at: began }])
    await portal.change('harbour', (settings) => ({ ...settings, terms: null }))
    const page = await signUp(portal.visitor(), { email: 'mira@lintas.example', terms: '' })
    expect(page.address).to.equal('/harbour/sign-up/sent')
  })

  it('“Send it again” waits 30 seconds, then 60; the newest and the older link both work', async () => {
    const first = await getVerification(portal, rina)
    expect((await rina.press('Send it again')).status).to.equal(429)
    portal.clock.pass(30 * SECOND)
    const page = await rina.press('Send it again')
    expect(page.text).to.contain('We have asked for the message once more')
    expect(page.text).to.contain('Seconds until you can ask for it again: 60')
    await portal.deliver()
    expect(portal.mailbox).to.have.length(2)
    expect(verificationIn(portal.mailbox[1])).not.to.equal(first)
    expect((await verify(rina, first)).heading).to.equal('Verification successful.')
    expect((await rina.open(verificationIn(portal.mailbox[1]))).heading).to.equal(
      'This address is verified already',
    )
  })

  it('opened on another device: it says why it asks for the password, and a wrong one is told at its field', async () => {
    const link = await getVerification(portal, rina)
    const phone = portal.visitor()
    const page = await phone.open(link)
    expect(page.text).to.contain('You opened this link in another browser than the one that signed up')
    const wrong = await phone.press('Verify Your Email Address', { password: 'Wrong-Kettle-77?' })
    expect(wrong.problemsAt('password').join()).to.contain('not the password of this sign-up')
    const right = await phone.press('Verify Your Email Address', { password: RINAS_PASSWORD })
    expect(right.heading).to.equal('Verification successful.')
    expect(await accountOf(portal, RINA.email)).to.include({ fullName: 'Rina Wulandari' })
  })

  it('signed up again in the same browser: the newer form counts, and the older link says so', async () => {
    const first = await getVerification(portal, rina, { fullName: 'Rinna' })
    const second = await getVerification(portal, rina)
    expect((await rina.open(first)).heading).to.equal('You have signed up once more')
    await verify(rina, second)
    expect((await accountOf(portal, RINA.email))?.fullName).to.equal('Rina Wulandari')
  })

  it('filled in again and again because the mail is slow: the newest link that was sent works', async () => {
    for (let round = 1; round <= 4; round += 1) {
      await signUp(rina, { fullName: `Rina, time ${round}` })
      await portal.deliver()
      portal.clock.pass(5 * MINUTE)
    }
    const [older, newest, ...others] = portal.mailbox.map(verificationIn)
    expect(others, 'what one network sends to one mailbox').to.deep.equal([])
    expect((await rina.open(older ?? '')).heading).to.equal('You have signed up once more')
    expect((await verify(rina, newest ?? '')).heading).to.equal('Verification successful.')
    expect((await accountOf(portal, RINA.email))?.fullName).to.equal('Rina, time 2')
  })

  it('“I did not sign up” deletes that sign-up and nothing else, also by a link that ran out', async () => {
    const strangers = await getVerification(portal, portal.visitor(), { fullName: 'A stranger' })
    const own = await getVerification(portal, rina)
    portal.clock.pass(25 * HOUR)
    await rina.open(strangers)
    const gone = await rina.send('POST', strangers, { csrf: rina.csrf, action: 'disown' })
    expect(gone.location).to.equal('/harbour/sign-in')
    expect((await rina.open(strangers)).heading).to.equal('This sign-up was deleted')
    const rows = await portal.within('harbour', (tx) =>
      tx.rows('sign_ups').orderBy('created_at').select('full_name', 'phone', 'ending'),
    )
    expect(rows[0]).to.deep.equal({ full_name: null, phone: null, ending: 'disowned' })
    await rina.open(own)
    await rina.press('Send a fresh link')
    await portal.deliver()
    expect((await verify(rina, verificationIn(portal.mailbox.at(-1)))).heading).to.equal(
      'Verification successful.',
    )
  })

  it('a sign-up that nobody proves is gone after a week, by itself', async () => {
    const link = await getVerification(portal, rina)
    portal.clock.pass(7 * DAY)
    expect((await rina.open('/harbour/sign-up/sent')).address).to.equal('/harbour/sign-up')
    const late = await rina.open(link)
    expect([late.status, late.heading]).to.deep.equal([404, 'We do not know this link'])
    const refused = await signIn(portal.visitor(), RINA.email, RINAS_PASSWORD)
    expect(refused.address).to.equal('/harbour/sign-in')
    await portal.app.keepHouse()
    for (const table of ['sign_ups', 'sign_up_links'])
      expect(await portal.within('harbour', (tx) => tx.rows(table)), table).to.have.length(0)
    expect((await portal.visitor().open(link)).status).to.equal(404)
  })

  it('signing in before it, from another browser: the reason, and the message again from there', async () => {
    await getVerification(portal, rina)
    const phone = portal.visitor()
    const page = await signIn(phone, RINA.email, RINAS_PASSWORD)
    expect(page.heading).to.equal('Your email address is not verified yet')
    expect(page.text).to.not.contain('Congratulations')
    portal.clock.pass(30 * SECOND)
    const again = await phone.press('Send it again')
    expect(again.heading, 'still').to.equal('Your email address is not verified yet')
    await portal.deliver()
    await verify(phone, verificationIn(portal.mailbox.at(-1)))
    expect((await signIn(phone, RINA.email, RINAS_PASSWORD)).address).to.equal('/harbour/account')
  })

  it('who was made an account by an administrator meanwhile keeps that one', async () => {
    const link = await getVerification(portal, rina)
    await changeAccount(portal, 'harbour', 'mia', { email: RINA.email, email_canonical: RINA.email })
    const page = await rina.open(link)
    expect(page.heading).to.equal('There is an account with this address')
    const forced = await rina.send('POST', link, { csrf: rina.csrf, action: 'verify' })
    expect([410, 403]).to.include(forced.status)
    expect((await signIn(portal.visitor(), RINA.email, DEMO_PASSWORD)).address).to.equal('/harbour/account')
  })

  it('no mail prints what a visitor wrote: the portal carries nobody’s advertisement', async () => {
    await getVerification(portal, rina, { fullName: 'CLICK http://evil.example NOW' })
    const { html, text, subject } = portal.mailbox.at(-1)!
    expect(`${html}${text}${subject}`).not.to.match(/CLICK|evil/)
    expect(text).to.contain('Hello,')
  })

  it('one mailbox gets three mails an hour and ten a day, two of one network, and one network signs up five times an hour', async () => {
    for (let round = 1; round <= 3; round += 1) await signUp(portal.visitor())
    await portal.deliver()
    expect(portal.mailbox).to.have.length(2)
    for (let round = 1; round <= 2; round += 1) await signUp(portal.visitor('203.0.113.7'))
    await portal.deliver()
    expect(portal.mailbox).to.have.length(3)
    for (let hour = 1; hour <= 4; hour += 1) {
      portal.clock.pass(HOUR + MINUTE)
      for (let round = 1; round <= 4; round += 1) await signUp(portal.visitor(`203.0.${100 + round}.7`))
      await portal.deliver()
    }
    expect(portal.mailbox).to.have.length(10)
    const statuses = []
    for (let round = 1; round <= 6; round += 1) {
      await rina.open('/harbour/sign-up')
      statuses.push((await rina.submit('Sign Up', { ...RINA, email: `r${round}@lintas.example` })).status)
    }
    expect(statuses).to.deep.equal([303, 303, 303, 303, 303, 429])
  })

  it('a server that is too busy spends none of what one network may sign up', async () => {
    const { hasher } = portal.app.parts
    const hash = hasher.hash.bind(hasher)
    hasher.hash = () => Promise.reject(new Unavailable('password hashing', { retryAfterSeconds: 2 }))
    for (let round = 1; round <= 5; round += 1) expect((await signUp(rina)).status).to.equal(503)
    hasher.hash = hash
    expect((await signUp(rina)).address).to.equal('/harbour/sign-up/sent')
  })

  it('nor of the tries to type its password where the link was opened in another browser', async () => {
    const link = await getVerification(portal, rina)
    const phone = portal.visitor()
    await phone.open(link)
    const { hasher } = portal.app.parts
    const check = hasher.verify.bind(hasher)
    hasher.verify = () => Promise.reject(new Unavailable('password hashing', { retryAfterSeconds: 2 }))
    const { csrf } = phone
    const press = () => phone.send('POST', link, { csrf, action: 'verify', password: RINAS_PASSWORD })
    for (let round = 1; round <= 21; round += 1) expect((await press()).status).to.equal(503)
    hasher.verify = check
    expect((await press()).location).to.equal('/harbour/verify-email/done')
  })

  it('judging passwords for forms that are refused is limited by the network that sends them', async () => {
    await rina.open('/harbour/sign-up')
    const statuses = []
    for (let form = 1; form <= 31; form += 1)
      statuses.push((await rina.submit('Sign Up', { ...RINA, email: 'rina@gmail.com' })).status)
    expect(statuses).to.deep.equal([...Array<number>(30).fill(422), 429])
  })
})
