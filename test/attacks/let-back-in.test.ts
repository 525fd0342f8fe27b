import { expect } from 'chai'
import { HOUR, MINUTE } from '../../src/platform/clock.ts'
import { changePhone, stealAddress } from '../support/contacts.ts'
import { asking } from '../support/desk.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { askForLink, createPassword, NEW_PASSWORD, signIn, type AccountColumns } from '../support/steps.ts'
import { changePassword, letBackIn, mailsTo, sayNotMe, undoLinkIn } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

const THIEFS = 'thief@elsewhere.example'

describe('attacks: on who was let back in by people', () => {
  let portal: Portal
  let thief: Visitor
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    thief = portal.visitor()
    mia = portal.visitor()
    await stealAddress(portal, thief)
  })
  afterEach(() => portal.close())

  const verified = async () => {
    const account = await portal.within('acme', (tx) =>
      tx.rows<AccountColumns>('accounts').where('username', 'mia').first(),
    )
    return [account?.email_verified_at != null, account?.phone_verified_at != null]
  }

  /** What the thief's mailbox gets after people let her in: nothing, neither a letter nor, 72 hours later, a link. */
  async function lettersToThief(): Promise<string[]> {
    await portal.deliver()
    const before = portal.mailbox.length
    await letBackIn(portal, mia, 'acme', 'mia')
    await createPassword(mia)
    await portal.deliver()
    portal.clock.pass(72 * HOUR)
    await askForLink(thief, THIEFS, 'acme')
    await portal.deliver()
    const since = portal.mailbox.slice(before)
    return since.filter(({ to }) => to === THIEFS).map(({ subject }) => subject)
  }

  it('AL-09: a thief who closes the account by a letter of their own keeps no mailbox that opens it', async () => {
    await changePhone(portal, thief)
    await changePassword(thief, 'acme')
    await portal.deliver()
    portal.clock.pass(MINUTE)
    await sayNotMe(thief, undoLinkIn(mailsTo(portal, THIEFS, 'password').at(-1)))
    expect(await lettersToThief()).to.deep.equal([])
    expect(await verified()).to.deep.equal([false, false])
    expect((await signIn(mia, 'mia', NEW_PASSWORD, 'acme')).text).to.contain('Confirm your email address')
  })

  it('AL-09: nor does one whose new address is why the code was read out', async () => {
    await asking(portal, 'acme').ask(mia, 'mia')
    expect(await lettersToThief()).to.deep.equal([])
  })
  it('AL-09: nor does one who took the address days ago hear of it, or get the link, when she asks for help', async () => {
    portal.clock.pass(80 * HOUR)
    await portal.deliver()
    const before = portal.mailbox.length
    const desk = asking(portal, 'acme')
    await desk.ask(mia, 'mia')
    expect(await desk.approve('mia', 'adam')).to.contain('One more person must approve')
    expect(await desk.spokenCode('mia', 'olivia')).to.not.equal('')
    await portal.deliver()
    const since = portal.mailbox.slice(before)
    expect(since.filter(({ to }) => to === THIEFS).map(({ subject }) => subject)).to.deep.equal([])
  })
})
