import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { DAY, HOUR } from '../../src/platform/clock.ts'
import {
  askForEmail,
  changeEmail,
  confirmEmail,
  confirmationIn,
  getConfirmation,
  PROFILE,
} from '../support/contacts.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { askForLink, changeAccount, followLink, getLink, isSignedIn, signIn } from '../support/steps.ts'
import { mailsTo, rowsOf, undoLinkIn } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

const NEW = 'Mia.T@new.example'

describe('The email address in the Personal Centre', () => {
  let portal: Portal
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
  })
  afterEach(() => portal.close())

  it('changes their email: the old one stays until the new one is confirmed, on any browser', async () => {
    await signIn(mia, 'mia')
    const profile = await mia.open(`/harbour${PROFILE}`)
    expect(profile.text).to.contain('mia@harbour.example Verified')
    const asked = await askForEmail(mia, ` ${NEW} `)
    expect(asked.address).to.equal(`/harbour${PROFILE}`)
    expect(asked.text).to.contain('Waiting for you to confirm your new address').and.to.contain(NEW)
    expect(asked.text, 'the old one stays').to.contain('mia@harbour.example Verified')
    await portal.deliver()
    const mail = mailsTo(portal, NEW).at(-1)
    expect(mail?.subject).to.equal('Confirm your email address for Harbour Cloud')
    const link = confirmationIn(mail)
    expect(mail?.html).to.contain(`href="${link}"`)

    const phone = portal.visitor()
    const open = await phone.open(link)
    expect([open.status, open.heading]).to.deep.equal([200, 'Confirm your email address'])
    expect(open.text).to.contain('It was asked for on March 2, 2026')
    const done = await phone.press('Confirm this address')
    expect([done.status, done.heading]).to.deep.equal([200, 'Your email address is confirmed'])

    const changed = await mia.open(`/harbour${PROFILE}`)
    expect(changed.text).to.contain(`${NEW} Verified. It lets you back in from March 5, 2026`)
    expect(changed.text).not.to.contain('Waiting')
    expect((await mia.open('/harbour/account')).text).to.contain('It lets you back in from March 5, 2026')
    await portal.deliver()
    for (const address of ['mia@harbour.example', NEW]) {
      const [letter] = mailsTo(portal, address, 'reaches you was changed')
      expect(letter?.text, address).to.contain('was changed to another on March 2, 2026')
      expect(undoLinkIn(letter), address).to.be.a('string')
    }
    expect((await signIn(portal.visitor(), NEW.toLowerCase())).address, 'and it signs in').to.equal(
      '/harbour/account',
    )
  })

  it('is no way back in for 72 hours, is told so by mail, and is one then', async () => {
    await signIn(mia, 'mia')
    await changeEmail(portal, mia, NEW)
    await portal.deliver()
    for (const address of [NEW, 'mia@harbour.example']) {
      const page = await askForLink(portal.visitor(), address)
      expect(page.status, 'the page is everybody’s').to.equal(303)
    }
    await portal.deliver()
    expect(portal.mailbox.filter(({ text }) => text.includes('/recover/link'))).to.deep.equal([])
    expect(mailsTo(portal, 'mia@harbour.example', 'No reset link')).to.deep.equal([])
    const [told] = mailsTo(portal, NEW, 'No reset link yet')
    expect(told?.text).to.contain('until March 5, 2026').and.to.contain('/harbour/recover/ask')
    portal.clock.pass(72 * HOUR)
    const anybody = portal.visitor()
    await askForLink(anybody, NEW)
    await portal.deliver()
    expect(mailsTo(portal, NEW, 'Reset your password')).to.have.length(1)
  })

  it('lets who had none back in after 72 hours as well, and the home page says what comes next', async () => {
    const nils = portal.visitor()
    await signIn(nils, 'nils')
    expect(nils.page.text).to.contain('You have no way back in now.')
    await nils.open('/harbour/account')
    const link = nils.page.root.querySelector('main a.row')
    expect(link?.textContent).to.equal('Add an email address, so that you can be reached')
    await changeEmail(portal, nils, 'nils@home.example')
    expect((await nils.open('/harbour/account')).text).to.contain('It lets you back in from March 5, 2026')
    portal.clock.pass(72 * HOUR)
    await signIn(nils, 'nils')
    expect(nils.page.text).to.contain('You have every way back in')
    const recovering = portal.visitor()
    await followLink(recovering, await getLink(portal, recovering, 'nils@home.example'))
    expect(recovering.page.address).to.equal('/harbour/recover/password')
  })

  it('confirms an address that was given and never verified', async () => {
    await changeAccount(portal, 'harbour', 'mia', { email_verified_at: null })
    await signIn(mia, 'mia')
    await mia.open(`/harbour${PROFILE}/email`)
    expect(mia.page.heading).to.equal('Confirm your email address')
    const field = mia.page.root.querySelector('input#email')
    expect(field?.getAttribute('value')).to.equal('mia@harbour.example')
    await changeEmail(portal, mia, 'mia@harbour.example')
    expect((await mia.open(`/harbour${PROFILE}`)).text).to.contain(
      'mia@harbour.example Verified. It lets you back in from March 5, 2026',
    )
  })

  it('confirms a first address only where its person is signed in', async () => {
    const nils = portal.visitor()
    await signIn(nils, 'nils')
    const link = await getConfirmation(portal, nils, 'nils@home.example')
    const phone = portal.visitor()
    const closed = await phone.open(link)
    expect([closed.status, closed.heading]).to.deep.equal([403, 'Sign in here first'])
    expect(closed.text).not.to.match(/nils/i)
    await signIn(phone, 'nils')
    expect((await confirmEmail(phone, link)).heading).to.equal('Your email address is confirmed')
  })

  it('sends it again after a wait that grows, and forgets it', async () => {
    await signIn(mia, 'mia')
    const first = await getConfirmation(portal, mia, NEW)
    expect((await mia.open(`/harbour${PROFILE}`)).text).to.contain(
      'Seconds until you can ask for it again: 30',
    )
    expect((await mia.press('Send it again')).status).to.equal(429)
    for (const wait of [30, 60]) {
      portal.clock.pass(wait * 1000)
      expect((await mia.press('Send it again')).status, String(wait)).to.equal(200)
      expect((await mia.press('Send it again')).status, 'too early').to.equal(429)
    }
    await portal.deliver()
    expect(mailsTo(portal, NEW, 'Confirm'), 'two an hour').to.have.length(2)
    expect((await portal.visitor().open(first)).status).to.equal(200)
    const forgotten = await mia.press('Forget this address')
    expect(forgotten.text).to.contain('That address is forgotten.').and.not.to.contain('Waiting')
    const dead = await portal.visitor().open(first)
    expect([dead.status, dead.heading]).to.deep.equal([410, 'This was cancelled'])
  })

  it('says at the field what is wrong, and keeps what was typed while it asks for the password', async () => {
    await signIn(mia, 'mia')
    const wrong = async (email: string) => (await askForEmail(mia, email)).problemsAt('email')
    expect(await wrong('')).to.deep.equal(['Enter your email address'])
    expect(await wrong('mia@')).to.deep.equal(['Enter an email address in full, like name@example.com'])
    expect(await wrong('MIA@harbour.example')).to.deep.equal([
      'This is your address already. Enter another one.',
    ])
    expect(await wrong('mia@gmail.com'), 'company addresses only').to.have.length(1)
    const unproven = await mia.press('Send the message', { email: NEW })
    expect(unproven.status).to.equal(422)
    expect(unproven.root.querySelector('input#email')?.getAttribute('value')).to.equal(NEW)
    const asked = await mia.press('Send the message', { email: NEW, currentPassword: DEMO_PASSWORD })
    expect(asked.address).to.equal(`/harbour${PROFILE}`)
  })

  it('takes an address only where the organization does: when it is asked for, sent to, and confirmed', async () => {
    const refuses = (domain: string) =>
      portal.change('acme', (settings) => ({
        ...settings,
        signUp: { ...settings.signUp, mode: 'closed', deniedDomains: [domain] },
      }))
    await refuses('rival.example')
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    const refused = await askForEmail(mia, 'mia@rival.example', 'acme')
    expect(refused.problemsAt('email')[0]).to.contain('Addresses of this domain are not accepted here')
    expect(
      (await askForEmail(mia, 'mia@gmail.com', 'acme')).problemsAt('email'),
      'free mail is',
    ).to.deep.equal([])

    await askForEmail(mia, NEW, 'acme')
    await refuses('new.example')
    await portal.deliver()
    expect(mailsTo(portal, NEW)).to.deep.equal([])

    const link = await getConfirmation(portal, mia, 'mia@next.example', 'acme')
    await refuses('next.example')
    const dead = await mia.open(link)
    expect([dead.status, dead.heading]).to.deep.equal([410, 'This address is not accepted any more'])
    await refuses('rival.example')
    await mia.open(link)
    await refuses('next.example')
    expect((await mia.press('Confirm this address')).status, 'pressed after it').to.equal(410)
    expect(await rowsOf(portal, 'acme', 'mia', 'account_changes')).to.deep.equal([])
  })

  it('says why a link works no more', async () => {
    await signIn(mia, 'mia')
    const first = await getConfirmation(portal, mia, 'first@new.example')
    const second = await getConfirmation(portal, mia, NEW)
    expect((await confirmEmail(mia, first)).heading).to.equal('You have asked for another address since')
    portal.clock.pass(DAY)
    expect((await confirmEmail(mia, second)).heading).to.equal('This link has expired')
    expect(await rowsOf<{ id: string }>(portal, 'harbour', 'mia', 'account_changes')).to.deep.equal([])
    portal.clock.pass(7 * DAY)
    await portal.app.keepHouse()
    expect(await rowsOf(portal, 'harbour', 'mia', 'pending_contacts')).to.deep.equal([])
    expect((await confirmEmail(mia, second)).status).to.equal(404)
  })

  it('removes it only where another way back is left, and tells the mailbox', async () => {
    await signIn(mia, 'mia')
    const refused = await mia.open(`/harbour${PROFILE}/remove-email`)
    expect(refused.text).to.contain('It cannot be removed')
    await mia.send('POST', `/harbour${PROFILE}/remove-email`, {
      csrf: mia.csrf,
      currentPassword: DEMO_PASSWORD,
    })
    expect((await mia.open(`/harbour${PROFILE}`)).text).to.contain('mia@harbour.example')

    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await mia.open(`/acme${PROFILE}/remove-email`)
    const removed = await mia.press('Remove it', { currentPassword: DEMO_PASSWORD })
    expect(removed.text).to.contain('Your email address is removed.')
    await portal.deliver()
    expect(mailsTo(portal, 'mia@acme.example').at(-1)?.text).to.contain(
      'The email address of your account at Acme Works was removed',
    )
    expect(await isSignedIn(mia, 'acme')).to.equal(true)
    const phone = await mia.open(`/acme${PROFILE}/remove-phone`)
    expect(phone.text, 'the last one').to.contain('It cannot be removed')
  })

  it('changes their name, as it stands in the field', async () => {
    await signIn(mia, 'mia')
    await mia.open(`/harbour${PROFILE}/name`)
    expect(mia.page.root.querySelector('input#fullName')?.getAttribute('value')).to.equal('Mia Tanaka')
    expect((await mia.press('Save', { fullName: '' })).problemsAt('fullName')).to.have.length(1)
    expect(mia.page.root.querySelector('input#fullName')?.getAttribute('value'), 'left empty').to.equal(
      undefined,
    )
    const renamed = await mia.press('Save', { fullName: 'Mia T. Okafor' })
    expect(renamed.text).to.contain('Your name is changed.').and.to.contain('Mia T. Okafor')
    await portal.deliver()
    expect(portal.mailbox, 'nobody is written to').to.deep.equal([])
  })
})
