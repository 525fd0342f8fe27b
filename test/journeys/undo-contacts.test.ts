import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { DAY, HOUR, MINUTE } from '../../src/platform/clock.ts'
import { changeEmail, changePhone, confirmEmail, getConfirmation, stealAddress } from '../support/contacts.ts'
import { asking } from '../support/desk.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { accountOf, askForLink, createPassword, isSignedIn, NEW_PASSWORD, signIn } from '../support/steps.ts'
import { changePassword, letBackIn, mailsTo, rowsOf, sayNotMe, undoLinkIn } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

const MIAS = 'mia@acme.example'
const THIEFS = 'thief@elsewhere.example'
const CHANGED = 'reaches you was changed'
const CLOSED = 'Your account at Acme Works is closed for now'

describe('"This wasn’t me", of an address or a number', () => {
  let portal: Portal
  let thief: Visitor
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    thief = portal.visitor()
    mia = portal.visitor()
  })
  afterEach(() => portal.close())

  const account = async () => {
    const found = await accountOf(portal, 'mia', 'acme')
    return [found?.email, found?.emailVerifiedAt !== null, found?.phone, found?.protectedAt !== null]
  }
  const linkTo = (address: string) => undoLinkIn(mailsTo(portal, address, CHANGED).at(-1))

  it('undoes a change of address that a thief made', async () => {
    await stealAddress(portal, thief)
    expect(await account()).to.deep.equal([THIEFS, true, '+12125550113', false])
    const page = await mia.open(linkTo(MIAS))
    expect(page.text).to.contain(
      'The email address of your account at Acme Works was changed on March 2, 2026',
    )
    expect(page.text).to.contain('Your email address is again what it was before.')
    expect(page.text).to.contain('Your password stops working: whoever did this knew it.')
    expect((await sayNotMe(mia, linkTo(MIAS))).heading).to.equal('The change is undone')
    expect(await account()).to.deep.equal([MIAS, true, '+12125550113', true])
    expect(await isSignedIn(thief, 'acme')).to.equal(false)
    await portal.deliver()
    const [closed] = mailsTo(portal, MIAS, 'is closed for now')
    expect(closed?.text).to.contain('Your email address is again what it was before.')
    expect(mailsTo(portal, THIEFS, 'is closed for now'), 'the address that goes is told, too').to.have.length(
      1,
    )
    await letBackIn(portal, mia, 'acme', 'mia')
    await createPassword(mia)
    expect((await signIn(portal.visitor(), MIAS, NEW_PASSWORD, 'acme')).address).to.equal('/acme/account')
    expect((await thief.open(linkTo(THIEFS))).heading).to.equal('This is settled')
  })

  it('goes back to before the change that the letter is about, over all that came after it', async () => {
    await stealAddress(portal, thief)
    await changePhone(portal, thief)
    await changeEmail(portal, thief, 'second@elsewhere.example', 'acme')
    await changePassword(thief, 'acme')
    expect(await account()).to.deep.equal(['second@elsewhere.example', true, '+12125550177', false])
    const first = mailsTo(portal, MIAS, CHANGED)[0]
    expect((await mia.open(undoLinkIn(first))).text).to.contain(
      'Your mobile number is again what it was before.',
    )
    await sayNotMe(mia, undoLinkIn(first))
    expect(await account()).to.deep.equal([MIAS, true, '+12125550113', true])
  })

  it('is undone by a letter about a password that was changed before it, too', async () => {
    await signIn(thief, 'mia', DEMO_PASSWORD, 'acme')
    await changePassword(thief, 'acme')
    await portal.deliver()
    const letter = mailsTo(portal, MIAS, 'password').at(-1)
    await changeEmail(portal, thief, THIEFS, 'acme', NEW_PASSWORD)
    await sayNotMe(mia, undoLinkIn(letter))
    expect(await account()).to.deep.equal([MIAS, true, '+12125550113', true])
  })

  it('AL-09: a thief who undoes their own change first does not keep the address', async () => {
    await stealAddress(portal, thief)
    const [first] = mailsTo(portal, MIAS, CHANGED)
    portal.clock.pass(MINUTE)
    await changeEmail(portal, thief, 'second@elsewhere.example', 'acme')
    await portal.deliver()
    await sayNotMe(thief, linkTo('second@elsewhere.example'))
    expect(await account()).to.deep.equal([THIEFS, true, '+12125550113', true])
    await portal.deliver()
    const before = portal.mailbox.length
    await sayNotMe(mia, undoLinkIn(first))
    await sayNotMe(mia, undoLinkIn(first))
    await portal.deliver()
    const told = portal.mailbox.slice(before)
    expect(told.filter(({ to }) => to === MIAS).map(({ subject }) => subject)).to.deep.equal([CLOSED])
    expect(told.map(({ to }) => to)).to.have.members([
      MIAS,
      THIEFS,
      'adam@acme.example',
      'olivia@acme.example',
    ])
    expect(await account()).to.deep.equal([MIAS, true, '+12125550113', true])
    expect(await rowsOf(portal, 'acme', 'mia', 'recovery_requests'), 'one request for her').to.have.length(1)
  })

  it('AL-09: whoever reads only the new mailbox gains nothing by its letter but a closed account', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await changeEmail(portal, mia, 'mia@new.example', 'acme')
    await portal.deliver()
    await sayNotMe(thief, linkTo('mia@new.example'))
    expect(await account()).to.deep.equal([MIAS, true, '+12125550113', true])
    await portal.deliver()
    const before = portal.mailbox.length
    await askForLink(thief, 'mia', 'acme')
    await portal.deliver()
    const after = portal.mailbox.slice(before).filter(({ to }) => to === 'mia@new.example')
    expect(after).to.deep.equal([])
  })

  it('AL-09: whoever reads the mailbox that she left has neither a link nor a letter of it after people let her in', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await changeEmail(portal, mia, 'mia@new.example', 'acme')
    await portal.deliver()
    portal.clock.pass(10 * DAY)
    // The old mailbox is a thief's, who kept the letter.
    await sayNotMe(thief, undoLinkIn(mailsTo(portal, MIAS, CHANGED).at(-1)))
    await portal.deliver()
    const [closed] = mailsTo(portal, 'mia@new.example', 'is closed for now')
    expect(closed?.text, 'she is told').to.contain('Your organization knows.')
    portal.clock.pass(72 * HOUR)
    const before = portal.mailbox.length
    await letBackIn(portal, mia, 'acme', 'mia')
    await createPassword(mia)
    await askForLink(thief, MIAS, 'acme')
    await portal.deliver()
    expect(portal.mailbox.slice(before).filter(({ to }) => to === MIAS)).to.deep.equal([])
    expect(await account()).to.deep.equal([MIAS, false, '+12125550113', false])
  })

  it('is asked to confirm the address that came back, and it is a way in 72 hours later', async () => {
    await stealAddress(portal, thief)
    await sayNotMe(mia, linkTo(MIAS))
    await letBackIn(portal, mia, 'acme', 'mia')
    await createPassword(mia)
    const home = await signIn(mia, 'mia', NEW_PASSWORD, 'acme')
    expect(home.text).to.contain('Confirm your email address')
    await changeEmail(portal, mia, MIAS, 'acme', NEW_PASSWORD)
    portal.clock.pass(72 * HOUR)
    await askForLink(mia, MIAS, 'acme')
    await portal.deliver()
    expect(mailsTo(portal, MIAS, 'Reset your password')).to.have.length(1)
  })

  it('AL-09: what a thief asked for and did not confirm is dead after it', async () => {
    await signIn(thief, 'mia', DEMO_PASSWORD, 'acme')
    await changePassword(thief, 'acme')
    const waiting = await getConfirmation(portal, thief, THIEFS, 'acme', NEW_PASSWORD)
    await sayNotMe(mia, undoLinkIn(mailsTo(portal, MIAS, 'was changed').at(-1)))
    expect((await confirmEmail(thief, waiting)).heading).to.equal('Your account has changed')
    expect((await account())[0]).to.equal(MIAS)
  })

  it('stays without an address where another account has taken the old one meanwhile, also in the same moment', async () => {
    await stealAddress(portal, thief)
    const adam = portal.visitor()
    await signIn(adam, 'adam', DEMO_PASSWORD, 'acme')
    await adam.open(await getConfirmation(portal, adam, MIAS, 'acme'))
    await mia.open(linkTo(MIAS))
    const [undone, confirmed] = await Promise.all([
      mia.press('Undo it and lock my account', { confirm: 'yes' }),
      adam.press('Confirm this address'),
    ])
    expect(undone.heading).to.equal('The change is undone')
    const [email] = await account()
    expect([email, confirmed.heading]).to.be.deep.oneOf([
      [null, 'Your email address is confirmed'],
      [MIAS, 'This address has an account already'],
    ])
  })

  it('AL-09, OT-10: while the address is new, people are let back in by a code that two of them read out', async () => {
    await stealAddress(portal, thief)
    await asking(portal, 'acme').ask(mia, 'mia')
    await letBackIn(portal, mia, 'acme', 'mia')
    expect((await createPassword(mia)).address).to.equal('/acme/recover/done')
    expect(
      portal.mailbox.filter(({ to, subject }) => to === THIEFS && subject.includes('way back in')),
    ).to.deep.equal([])
  })
})
