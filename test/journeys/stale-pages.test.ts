import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { createPassword, followLink, getLink, NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

describe('Pages that were open too long, went back to, or sent twice', () => {
  let portal: Portal
  let visitor: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    visitor = portal.visitor()
  })
  afterEach(() => portal.close())

  it('sends two mails for a request that was pressed twice, of which the newer counts', async () => {
    await visitor.open('/harbour/recover')
    for (let press = 0; press < 2; press += 1) {
      const answer = await visitor.submit('Send Reset Link', { identifier: 'mia@harbour.example' })
      expect(answer.location).to.equal('/harbour/recover/sent')
    }
    await portal.deliver()
    expect(portal.mailbox).to.have.length(2)
    expect((await visitor.open(linkIn(portal.mailbox[0]))).heading).to.equal('A newer link replaced this one')
    expect((await followLink(visitor, linkIn(portal.mailbox[1]))).status).to.equal(200)
  })

  it('lets a link’s button be pressed twice in one browser', async () => {
    const link = await getLink(portal, visitor)
    await visitor.open(link)
    await visitor.submit('Continue')
    expect((await visitor.press('Continue')).address).to.equal('/harbour/recover/password')
    expect((await createPassword(visitor)).address).to.equal('/harbour/recover/done')
  })

  it('changes the password once when the form is sent twice, after each other and at once', async () => {
    await followLink(visitor, await getLink(portal, visitor))
    const twice = { password: NEW_PASSWORD, confirmation: NEW_PASSWORD }
    const atOnce = await Promise.all([
      visitor.submit('Create Password', twice),
      visitor.submit('Create Password', twice),
    ])
    expect(atOnce.map(({ status }) => status)).to.deep.equal([303, 303])
    const later = await visitor.press('Create Password', {
      password: 'Another-Lamp-8!',
      confirmation: 'Another-Lamp-8!',
    })
    expect(later.address).to.equal('/harbour/recover/done')
    await portal.deliver()
    expect(noticesIn(portal)).to.have.length(1)
    expect((await signIn(visitor, 'mia@harbour.example', 'Another-Lamp-8!')).status).to.equal(422)
    expect((await signIn(visitor, 'mia@harbour.example', NEW_PASSWORD)).status).to.equal(200)
  })

  it('leads Back, from any step, to the step where the recovery stands', async () => {
    const link = await getLink(portal, visitor)
    expect((await visitor.open('/harbour/recover/done')).address).to.equal('/harbour/recover/sent')
    await followLink(visitor, link)
    expect((await visitor.open('/harbour/recover/sent')).address).to.equal('/harbour/recover/password')
    await createPassword(visitor)
    for (const step of ['sent', 'password'])
      expect((await visitor.open(`/harbour/recover/${step}`)).address).to.equal('/harbour/recover/done')
    expect((await portal.visitor().open('/harbour/recover/done')).address).to.equal('/harbour/recover')
  })

  it('cancels once, says so, and kills the link', async () => {
    const link = await getLink(portal, visitor)
    await visitor.open('/harbour/recover/sent')
    const answers = [
      await visitor.submit('I remember my password'),
      await visitor.submit('I remember my password'),
    ]
    expect(answers.map(({ location }) => location)).to.deep.equal([
      '/harbour/recover/ended/cancelled',
      '/harbour/recover/ended/cancelled',
    ])
    const dead = await visitor.open(link)
    expect(dead.status).to.equal(410)
    expect(dead.heading).to.equal('This request was cancelled')
    expect((await signIn(visitor, 'mia')).address).to.equal('/harbour/account')
  })

  it('cancels at the new password too, and a form of before changes nothing', async () => {
    await followLink(visitor, await getLink(portal, visitor))
    const cancelled = await visitor.submit('I remember my password')
    expect(cancelled.location).to.equal('/harbour/recover/ended/cancelled')
    expect((await createPassword(visitor)).address).to.equal('/harbour/recover')
    expect((await signIn(visitor, 'mia')).address).to.equal('/harbour/account')
  })

  it('refuses a form whose browser has forgotten us, and loses nothing', async () => {
    await visitor.open('/harbour/sign-in')
    const other = portal.visitor()
    await other.open('/harbour/sign-in')
    const fields = { csrf: visitor.csrf, identifier: 'mia', password: DEMO_PASSWORD }
    const refused = await other.send('POST', '/harbour/sign-in', fields)
    expect(refused.status).to.equal(403)
    expect(refused.heading).to.equal('This page was open too long')
    const own = await other.press('Sign in', { identifier: 'mia', password: DEMO_PASSWORD })
    expect(own.address, 'the page that it has open still works').to.equal('/harbour/account')
  })

  it('signs in and out once however often the button is pressed', async () => {
    await visitor.open('/harbour/sign-in')
    const credentials = { identifier: 'mia', password: DEMO_PASSWORD }
    await visitor.submit('Sign in', credentials)
    const home = await visitor.press('Sign in', credentials)
    expect(home.address).to.equal('/harbour/account')
    const sessions = () => portal.within('harbour', (tx) => tx.rows('sessions').count().first())
    expect(await sessions()).to.deep.equal({ count: 1 })
    await visitor.submit('Sign out')
    expect((await visitor.press('Sign out')).address).to.equal('/harbour/sign-in')
    expect(await sessions()).to.deep.equal({ count: 0 })
  })

  it('keeps what was typed in a refused form, and never a password', async () => {
    const typedBack = (page: Page) =>
      page.root.querySelectorAll('main input:not([type=hidden])').map((input) => input.getAttribute('value'))
    const wrong = { identifier: '<Mia> & "co"', password: 'Not-Her-Password-1' }
    await visitor.open('/harbour/sign-in')
    expect(typedBack(await visitor.press('Sign in', wrong))).to.deep.equal([wrong.identifier, undefined])
    await visitor.open('/harbour/recover')
    expect(typedBack(await visitor.press('Send Reset Link', { identifier: 'mia at home' }))).to.deep.equal([
      'mia at home',
    ])
    await followLink(visitor, await getLink(portal, visitor))
    const page = await visitor.press('Create Password', {
      password: 'Mine-Alone-77',
      confirmation: 'Other-88',
    })
    expect(page.status).to.equal(422)
    expect(page.body).not.to.match(/Mine-Alone-77|Other-88/)
  })
})

function noticesIn(portal: Portal): string[] {
  return portal.mailbox.map(({ subject }) => subject).filter((subject) => subject.endsWith('was changed'))
}
