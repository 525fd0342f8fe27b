import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { changePhone, getPhoneCode, NEW_PHONE, PROFILE } from '../support/contacts.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import {
  askForCode,
  canSignIn,
  changeAccount,
  codeIn,
  createPassword,
  NEW_PASSWORD,
  signIn,
  wrongSmsCode,
} from '../support/steps.ts'
import { mailsTo, rowsOf } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

const E164 = '+12125550177'

describe('The mobile number in the Personal Centre', () => {
  let portal: Portal
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
  })
  afterEach(() => portal.close())

  const withoutPhone = { phone: null, phone_verified_at: null, phone_changed_at: null }

  it('adds a mobile and recovers by SMS after 72 hours', async () => {
    await changeAccount(portal, 'acme', 'mia', withoutPhone)
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    const next = mia.page.root.querySelector('main a.row')
    expect(next?.textContent).to.equal('Add a mobile number as another way back in')
    await mia.open(next?.getAttribute('href') ?? '')
    expect(mia.page.heading).to.equal('Add a mobile number')
    const page = await mia.press('Send the code', {
      phone: ' +1 (212) 555-0177 ',
      currentPassword: DEMO_PASSWORD,
    })
    expect([page.address, page.heading]).to.deep.equal([`/acme${PROFILE}/code`, 'Please check your phone'])
    expect(page.text).to.contain('+1 212 555 0177').and.to.contain('5 tries left')
    const field = page.root.querySelector('input#code')
    expect([field?.getAttribute('inputmode'), field?.getAttribute('autocomplete')]).to.deep.equal([
      'numeric',
      'one-time-code',
    ])
    await portal.deliver()
    const [text] = portal.texts
    expect(text?.to).to.equal(E164)
    const lines = (text?.text ?? '').split('\n')
    expect(lines[0]).to.match(/^\d{8} confirms this number for Acme Works\. It works for 5 minutes\./)
    expect(lines.at(-1)).to.match(/^@localhost #\d{8}$/)

    const wrong = await mia.press('Continue', { code: wrongSmsCode(codeIn(text)) })
    expect(wrong.problemsAt('code')).to.deep.equal(['This code is not right. You have 4 tries left.'])
    const done = await mia.press('Continue', { code: codeIn(text) })
    expect(done.text).to.contain('Your mobile number is confirmed.')
    expect(done.text).to.contain('+1 212 555 0177 Verified. It lets you back in from March 5, 2026')
    await portal.deliver()
    expect(mailsTo(portal, 'mia@acme.example').at(-1)?.text).to.contain(
      'A mobile number was added to your account',
    )

    await askForCode(portal, portal.visitor(), 'mia', 'acme')
    expect(portal.texts, 'too new').to.have.length(1)
    portal.clock.pass(72 * HOUR)
    const recovering = portal.visitor()
    await askForCode(portal, recovering, 'mia', 'acme')
    await recovering.press('Continue', { code: codeIn(portal.texts.at(-1)) })
    expect((await createPassword(recovering)).heading).to.equal('Your password is changed')
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia', 'acme')).to.equal(true)
  })

  it('changes their mobile: the old one stays until the code of the new one is typed', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    const code = await getPhoneCode(portal, mia)
    const profile = await mia.open(`/acme${PROFILE}`)
    expect(profile.text).to.contain('+1 212 555 0113 Verified').and.to.contain('new number +1 212 555 0177')
    await mia.open(`/acme${PROFILE}/code`)
    await mia.press('Continue', { code })
    await portal.deliver()
    expect(mailsTo(portal, 'mia@acme.example').at(-1)?.text).to.contain('changed to another')
  })

  it('says at the field what is wrong with a number, before any text', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    for (const [phone, problem] of [
      ['', 'Enter your mobile number'],
      ['twelve', 'Write it with the country code'],
      ['+1 212 555 0113', 'This is your number already.'],
      ['+49 1512 3456789', 'Texts from here go to United Kingdom, Indonesia, or United States only.'],
      ['+44 20 7946 0018', 'This is not a mobile number.'],
    ] as const) {
      await mia.open(`/acme${PROFILE}/phone`)
      const page = await mia.press('Send the code', { phone, currentPassword: DEMO_PASSWORD })
      expect(page.status, phone).to.equal(422)
      expect(page.problemsAt('phone').join(), phone).to.contain(problem)
      expect(page.root.querySelector('input#phone')?.getAttribute('value') ?? '').to.equal(phone)
    }
    await portal.deliver()
    expect(portal.texts).to.deep.equal([])
  })

  it('asks for a new code: the old one dies, tries begin anew, and the wait grows', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    const first = await getPhoneCode(portal, mia)
    expect((await mia.press('Send a new code')).status).to.equal(429)
    for (let tries = 0; tries < 5; tries += 1) await mia.press('Continue', { code: wrongSmsCode(first) })
    expect((await mia.press('Continue', { code: first })).text, 'no tries left').to.contain(
      'no tries are left',
    )
    portal.clock.pass(30 * SECOND)
    expect((await mia.press('Send a new code')).text).to.contain('5 tries left')
    expect((await mia.press('Continue', { code: first })).problemsAt('code')).to.deep.equal([
      'This code is not right. You have 4 tries left.',
    ])
    await portal.deliver()
    const second = codeIn(portal.texts.at(-1))
    portal.clock.pass(5 * MINUTE)
    expect((await mia.press('Continue', { code: second })).problemsAt('code')).to.deep.equal([
      'This code has expired. Ask for a new one.',
    ])
    await mia.press('Send a new code')
    await portal.deliver()
    const done = await mia.press('Continue', { code: codeIn(portal.texts.at(-1)) })
    expect(done.text).to.contain('Your mobile number is confirmed.')
  })

  it('confirms the number that came with a sign-up', async () => {
    await changeAccount(portal, 'acme', 'mia', { phone_verified_at: null })
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    expect(mia.page.text).to.contain('Confirm your mobile number')
    await mia.open(`/acme${PROFILE}/phone`)
    expect(mia.page.root.querySelector('input#phone')?.getAttribute('value')).to.equal('+1 212 555 0113')
    await changePhone(portal, mia, '+1 212 555 0113')
    expect(mia.page.text).to.contain('Your mobile number is confirmed.')
  })

  it('removes it, and forgets one that waits', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await mia.open(`/acme${PROFILE}/remove-phone`)
    expect((await mia.press('Remove it', { currentPassword: DEMO_PASSWORD })).text).to.contain(
      'Your mobile number is removed.',
    )
    await portal.deliver()
    expect(mailsTo(portal, 'mia@acme.example').at(-1)?.text).to.contain('The mobile number of your account')
    await getPhoneCode(portal, mia, NEW_PHONE)
    const forgotten = await mia.press('Forget this number')
    expect(forgotten.text).to.contain('That number is forgotten.')
    expect((await mia.open(`/acme${PROFILE}/code`)).address).to.equal(`/acme${PROFILE}`)
    const accounts = await rowsOf(portal, 'acme', 'mia', 'account_changes')
    expect(accounts).to.have.length(1)
  })

  it('is not offered where the organization sends no texts', async () => {
    await signIn(mia, 'mia')
    expect((await mia.open(`/harbour${PROFILE}`)).text).not.to.contain('Change your mobile number')
    expect((await mia.open(`/harbour${PROFILE}/phone`)).text).to.contain(
      'Harbour Cloud sends no text messages',
    )
  })
})
