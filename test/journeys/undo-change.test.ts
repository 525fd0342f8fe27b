import { expect } from 'chai'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { DAY, MINUTE } from '../../src/platform/clock.ts'
import { terminal } from '../cli/terminal.ts'
import { allowing, linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  canSignIn,
  changeAccount,
  codeOfApp,
  createPassword,
  followLink,
  getLink,
  isSignedIn,
  NEW_PASSWORD,
  setUpAuthenticator,
  signIn,
  signInWithCode,
} from '../support/steps.ts'
import {
  approveTheRequest,
  changeMias,
  changePassword,
  letBackIn,
  listRequests,
  mailsTo,
  newestUndoLink,
  rowsOf,
  sayNotMe,
  stealByMail,
  typeSpokenCode,
  undoLinkIn,
} from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

const BACK = 'B4ck-Again-1n!'

describe('"This wasn’t me", in the letter about a change that was made', () => {
  let portal: Portal
  let thief: Visitor
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    thief = portal.visitor()
    mia = portal.visitor()
  })
  afterEach(() => portal.close())

  it('somebody else changed Mia’s password, and she gets her account back', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await changeMias(portal, thief, 'acme')
    expect(await isSignedIn(mia, 'acme')).to.equal(false)
    const letter = mailsTo(portal, 'mia@acme.example').at(-1)
    expect(letter?.html).to.contain(`href="${undoLinkIn(letter).replaceAll('&', '&amp;')}"`)

    expect((await mia.open(undoLinkIn(letter))).heading).to.equal('This wasn’t you?')
    expect(mia.page.text).to.contain('was changed on March 2, 2026 at 9:')
    const unticked = await mia.press('Undo it and lock my account')
    expect(unticked.status).to.equal(422)
    expect(unticked.problemsAt('confirm')).to.deep.equal(['Tick this to say that it was not you'])
    const done = await mia.press('Undo it and lock my account', { confirm: 'yes' })
    expect([done.status, done.heading]).to.deep.equal([200, 'The change is undone'])
    expect(done.text).to.contain('Your organization knows.')

    expect(await isSignedIn(thief, 'acme')).to.equal(false)
    for (const password of [NEW_PASSWORD, DEMO_PASSWORD])
      expect(await canSignIn(portal, password, 'mia', 'acme'), password).to.equal(false)
    await portal.deliver()
    const closed = mailsTo(portal, 'mia@acme.example').at(-1)
    expect(closed?.subject).to.equal('Your account at Acme Works is closed for now')
    for (const manager of ['adam', 'olivia'])
      expect(mailsTo(portal, `${manager}@acme.example`).at(-1)?.text).to.contain('was not theirs')
    expect((await listRequests(portal, 'acme')).join('\n')).to.contain(
      'They reported a change of their account that was not theirs.',
    )

    const mails = portal.mailbox.length
    await letBackIn(portal, mia, 'acme', 'mia')
    expect(portal.mailbox.slice(mails), 'her mailbox may be the thief’s').to.deep.equal([])
    expect((await createPassword(mia, BACK)).address).to.equal('/acme/recover/done')
    expect(await canSignIn(portal, BACK, 'mia', 'acme')).to.equal(true)
    expect((await mia.open(undoLinkIn(letter))).heading, 'the old letter').to.equal('This is settled')
    await followLink(mia, await getLink(portal, mia, 'mia', 'acme'))
    expect(mia.page.address, 'she helps herself again').to.equal('/acme/recover/password')
  })

  it('undoes a recovery through her mailbox, and what was changed after it', async () => {
    const link = await stealByMail(portal, thief)
    await signIn(thief, 'mia', NEW_PASSWORD)
    await changePassword(thief, 'harbour', BACK, NEW_PASSWORD)
    const second = await newestUndoLink(portal)
    await sayNotMe(mia, link)
    expect(await isSignedIn(thief, 'harbour')).to.equal(false)
    expect(await canSignIn(portal, BACK)).to.equal(false)
    expect((await mia.open(second)).heading, 'by one letter, both').to.equal('The change is undone')
  })

  it('removes an authenticator that was set up with it, or after it', async () => {
    const first = await changeMias(portal, mia, 'lantern')
    await followLink(thief, await getLink(portal, thief, 'mia', 'lantern'))
    await setUpAuthenticator(portal, thief)
    await createPassword(thief, BACK)
    expect(await rowsOf(portal, 'lantern', 'mia', 'authenticators')).to.have.length(1)
    expect((await mia.open(first)).text).to.contain('An authenticator app was set up since.')
    await sayNotMe(mia, first)
    expect(await rowsOf(portal, 'lantern', 'mia', 'authenticators')).to.deep.equal([])
    expect(await rowsOf(portal, 'lantern', 'mia', 'recovery_codes')).to.deep.equal([])
  })

  it('leaves an authenticator alone that the change did not touch', async () => {
    const [before] = await rowsOf<{ secret_sealed: string }>(portal, 'harbour', 'noah', 'authenticators')
    await signInWithCode(portal, thief)
    await changePassword(thief, 'harbour')
    await sayNotMe(portal.visitor(), await newestUndoLink(portal, 'noah@harbour.example'))
    const [after] = await rowsOf<{ secret_sealed: string }>(portal, 'harbour', 'noah', 'authenticators')
    expect(after?.secret_sealed).to.equal(before?.secret_sealed)
  })

  it('locks an authenticator that took the place of another, and asks for a new one at the way back', async () => {
    const ask = async () => {
      await thief.open('/acme/recover/ask')
      await thief.press('Ask', { identifier: 'noah', note: 'It is me, truly' })
      await portal.deliver()
      await approveTheRequest(portal, 'acme')
      return followLink(thief, linkIn(mailsTo(portal, 'noah@acme.example', 'Your way back in').at(-1)))
    }
    await ask()
    const stolen = await setUpAuthenticator(portal, thief)
    await createPassword(thief)
    const noah = portal.visitor()
    expect((await sayNotMe(noah, await newestUndoLink(portal, 'noah@acme.example'))).heading).to.equal(
      'The change is undone',
    )
    await portal.deliver()
    expect(mailsTo(portal, 'noah@acme.example').at(-1)?.text).to.contain(
      'You set up a new one when you come back.',
    )
    const [locked] = await rowsOf<{ secret_sealed: string }>(portal, 'acme', 'noah', 'authenticators')
    expect(locked, 'still has one').to.be.an('object')
    expect(await rowsOf(portal, 'acme', 'noah', 'recovery_codes')).to.deep.equal([])

    await letBackIn(portal, noah, 'acme', 'noah')
    expect(noah.page.address).to.equal('/acme/recover/enrol')
    const key = await setUpAuthenticator(portal, noah)
    await createPassword(noah, BACK)
    portal.clock.pass(MINUTE)
    const elsewhere = portal.visitor()
    await signIn(elsewhere, 'noah', BACK, 'acme')
    for (const old of [stolen, DEMO_AUTHENTICATOR.key])
      expect(
        (await elsewhere.press('Sign in', { code: codeOfApp(portal.clock.now(), old) })).status,
      ).to.equal(422)
    const home = await elsewhere.press('Sign in', { code: codeOfApp(portal.clock.now(), key) })
    expect(home.address).to.equal('/acme/account')
  })

  it('promises a sole owner nothing that nobody there can do', async () => {
    const olivia = portal.visitor()
    await signIn(olivia, 'olivia')
    await changePassword(olivia, 'harbour')
    const link = await newestUndoLink(portal, 'olivia@harbour.example')
    expect((await olivia.open(link)).text).to.contain('Only whoever runs the server can let you back in')
    const done = await sayNotMe(olivia, link)
    await portal.deliver()
    const letter = mailsTo(portal, 'olivia@harbour.example').at(-1)
    for (const words of [done.text, letter?.text])
      expect(words).to.contain('ask whoever runs the server').and.not.to.contain('Your organization knows')
  })

  it('lets a sole owner back in by whoever runs the server, and ends the protection', async () => {
    const olivia = portal.visitor()
    await signIn(olivia, 'olivia')
    await changePassword(olivia, 'harbour')
    await sayNotMe(olivia, await newestUndoLink(portal, 'olivia@harbour.example'))
    const { said, type } = terminal(portal)
    await type('owner', 'reset', 'harbour', 'olivia', '--reason', 'Met her')
    const code = /^ {2}(\S+)$/m.exec(said.join('\n'))?.[1] ?? ''
    await typeSpokenCode(olivia, 'harbour', 'olivia', code)
    await createPassword(olivia, BACK)
    expect(await canSignIn(portal, BACK, 'olivia')).to.equal(true)
    await followLink(olivia, await getLink(portal, olivia, 'olivia@harbour.example'))
    expect(olivia.page.address, 'she helps herself again').to.equal('/harbour/recover/password')
  })

  it('is settled by the way back: older letters about the same thief close nothing any more', async () => {
    const first = await changeMias(portal, thief, 'acme')
    portal.clock.pass(MINUTE)
    await changePassword(thief, 'acme', BACK, NEW_PASSWORD)
    await sayNotMe(mia, await newestUndoLink(portal, 'mia@acme.example'))
    expect((await portal.visitor().open(first)).heading, 'until then').to.equal('This wasn’t you?')
    await letBackIn(portal, mia, 'acme', 'mia')
    await createPassword(mia)
    expect((await sayNotMe(mia, first)).heading).to.equal('This is settled')
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia', 'acme')).to.equal(true)
  })

  it('leaves no link in a letter about paused sign-in that was still to leave', async () => {
    await portal.close()
    portal = await openPortal({ config: allowing({ 'sign-in-failures-per-account': 1 }) })
    const link = await changeMias(portal, portal.visitor())
    for (let wrong = 1; wrong <= 2; wrong += 1) await signIn(portal.visitor(), 'mia', 'wrong')
    await sayNotMe(portal.visitor(), link)
    await portal.deliver()
    const [paused] = mailsTo(portal, 'mia@harbour.example', 'is paused')
    expect(paused?.text).to.contain('/harbour/recover').and.not.to.contain('/recover/link')
  })

  it('says how it stands, also when the request was refused or ran out', async () => {
    const link = await changeMias(portal, thief)
    await sayNotMe(mia, link)
    portal.clock.pass(8 * DAY)
    expect((await mia.open(link)).text).to.contain('Please ask your organization to let you back in.')
  })

  it('works for a suspended person too, for whom nobody is asked', async () => {
    const link = await changeMias(portal, thief)
    await changeAccount(portal, 'harbour', 'mia', { state: 'suspended' })
    expect((await sayNotMe(mia, link)).text).to.contain('Please ask your organization')
    expect(await listRequests(portal, 'harbour')).to.deep.equal(['Nobody is waiting.'])
    await changeAccount(portal, 'harbour', 'mia', { state: 'active' })
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(false)
  })
})
