import { expect } from 'chai'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { createPassword, followLink, getLink, listedRules, signIn } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

/** Document S4, in its order, as Mia of Meadow Energy walks it. */
describe('S4: Mia resets her customer portal password within 60 minutes', () => {
  let portal: Portal
  let mia: Visitor

  before(async () => {
    portal = await openPortal()
    mia = portal.visitor()
  })
  after(() => portal.close())

  it('clicks the question on the sign-in page and is asked for her email', async () => {
    await mia.open('/meadow/sign-in')
    const page = await mia.open('/meadow/recover')
    expect(page.root.querySelector('label[for=identifier]')?.textContent).to.equal('Email')
    expect(page.root.querySelector('#identifier')?.getAttribute('type')).to.equal('email')
    showsTheSupportTeam(page)
  })

  it('cannot use a username here, and is told what an email looks like', async () => {
    const page = await mia.press('Send Reset Link', { identifier: 'mia' })
    expect(page.status).to.equal(422)
    expect(page.problemsAt('identifier').join()).to.contain('name@example.com')
    showsTheSupportTeam(page)
  })

  it('enters the address and is reminded of the spam folder', async () => {
    const page = await mia.press('Send Reset Link', { identifier: 'mia@meadow.example' })
    expect(page.text).to.contain('The link works for 60 minutes.')
    expect(page.text).to.contain('spam or junk folder')
    showsTheSupportTeam(page)
  })

  it('finds that the link expires after 60 minutes, and one press sends a fresh one', async () => {
    await portal.deliver()
    const link = linkIn(portal.mailbox[0])
    expect(portal.mailbox[0]?.text).to.contain('works for 60 minutes')
    portal.clock.pass(60 * MINUTE + SECOND)
    const expired = await mia.open(link)
    expect(expired.status).to.equal(410)
    expect(expired.heading).to.equal('This link has expired')
    showsTheSupportTeam(expired)
    const again = await mia.press('Send a fresh link')
    expect(again.address).to.equal('/meadow/recover/sent')
    await portal.deliver()
    expect(portal.mailbox).to.have.length(2)
    expect(linkIn(portal.mailbox[1])).not.to.equal(link)
  })

  it('opens the fresh link at 59:59', async () => {
    portal.clock.pass(60 * MINUTE - SECOND)
    const opened = await mia.open(linkIn(portal.mailbox[1]))
    showsTheSupportTeam(opened)
    const page = await mia.press('Continue')
    expect(page.address).to.equal('/meadow/recover/password')
    showsTheSupportTeam(page)
  })

  it('reads the requirements: eight characters, uppercase, number and symbol, and no lowercase', () => {
    const expected = [
      'At least 8 characters',
      'An uppercase letter',
      'A number',
      'A symbol, such as ! or ?',
      'Not the password you have now',
      'Not easy to guess, like your name or “password123”',
    ]
    const listed = listedRules(mia.page)
    expect(listed).to.have.length(expected.length)
    for (const [line, words] of expected.entries()) expect(listed[line]).to.contain(words)
  })

  for (const [password, rule] of [
    ['Ab1!xyz', 'at least 8 characters'],
    ['travel-lamp-93', 'an uppercase letter'],
    ['Travel-Lamp-Four', 'a number'],
    ['TravelLamp93', 'a symbol'],
  ] as const) {
    it(`is refused "${password}": it must have ${rule}`, async () => {
      const page = await createPassword(mia, password)
      expect(page.status).to.equal(422)
      expect(page.problemsAt('password')).to.have.length(1)
      expect(page.problemsAt('password')[0]).to.contain(rule)
      showsTheSupportTeam(page)
    })
  }

  for (const password of [
    'Password123!',
    'P@ssw0rd123',
    'Mia-Tanaka-1',
    'MiaTanaka!2026',
    'Meadow-Energy-1',
  ]) {
    it(`is refused "${password}", which is easy to guess`, async () => {
      const page = await createPassword(mia, password)
      expect(page.status).to.equal(422)
      expect(page.problemsAt('password')).to.have.length(1)
      expect(page.body, 'a refused password is not sent back').not.to.contain(password)
    })
  }

  it('needs no lowercase letter, and signs in with what she chose', async () => {
    expect((await createPassword(mia, 'TR4VEL-LAMP!9')).address).to.equal('/meadow/recover/done')
    const home = await signIn(mia, 'mia@meadow.example', 'TR4VEL-LAMP!9', 'meadow')
    expect(home.heading).to.equal('Hello, Mia Tanaka')
  })

  it('gives who holds an expired link one fresh mail, even when the hour’s mails are spent', async () => {
    const noah = portal.visitor()
    const link = await getLink(portal, noah, 'noah@meadow.example', 'meadow')
    portal.clock.pass(61 * MINUTE)
    for (const stranger of [portal.visitor(), portal.visitor(), portal.visitor(), portal.visitor()]) {
      await stranger.open('/meadow/recover')
      await stranger.press('Send Reset Link', { identifier: 'noah@meadow.example' })
    }
    await portal.deliver()
    const before = portal.mailbox.length
    await noah.open(link)
    await noah.press('Send a fresh link')
    await portal.deliver()
    expect(portal.mailbox).to.have.length(before + 1)
    expect((await followLink(noah, linkIn(portal.mailbox.at(-1)))).address).to.equal(
      '/meadow/recover/password',
    )
  })
})

function showsTheSupportTeam(page: Page): void {
  const contact = page.root.querySelector('a[href="mailto:support@meadow.example"]')
  expect(contact?.textContent, `the support team at ${page.address}`).to.equal('the Meadow support team')
}
