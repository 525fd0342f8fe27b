import { expect } from 'chai'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { DAY, HOUR, MINUTE } from '../../src/platform/clock.ts'
import { terminal } from '../cli/terminal.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  askForCode,
  canSignIn,
  codeOfApp,
  createPassword,
  followLink,
  getLink,
  NEW_PASSWORD,
  setUpAuthenticator,
  signIn,
} from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

const REASON = ['--reason', 'Met him at the front desk']

/** Noah of Acme has an authenticator, and lost it with his recovery codes. */
describe('No dead end: who has nothing left asks the organization', () => {
  let portal: Portal
  let noah: Visitor
  let shell: ReturnType<typeof terminal>

  beforeEach(async () => {
    portal = await openPortal()
    noah = portal.visitor()
    shell = terminal(portal)
  })
  afterEach(() => portal.close())

  const ask = async (visitor: Visitor, identifier: string) => {
    await visitor.open('/acme/recover/ask')
    const page = await visitor.press('Ask', { identifier, note: 'Room 12, or my manager Adam' })
    await portal.deliver()
    return page
  }
  const mailsTo = (name: string) => portal.mailbox.filter(({ to }) => to === `${name}@acme.example`)
  const idOf = async () => {
    shell.said.length = 0
    await shell.type('requests', 'list', 'acme')
    return shell.said.find((line) => /^[0-9a-f-]{36} /.test(line))?.slice(0, 36) ?? ''
  }
  const approve = async (as: string, id?: string) =>
    shell
      .type('requests', 'approve', 'acme', id ?? (await idOf()), '--as', as, ...REASON)
      .then(() => shell.said.at(-1))
      .catch((error: unknown) => (error as Error).message)

  it('begins at the step that nobody can pass: "I lost my authenticator"', async () => {
    await followLink(noah, await getLink(portal, noah, DEMO_AUTHENTICATOR.username, 'acme'))
    expect(noah.page.address).to.equal('/acme/recover/authenticator')
    const way = noah.page.root
      .querySelectorAll('a')
      .find((link) => link.textContent === 'I lost my authenticator')
    expect((await noah.open(way?.getAttribute('href') ?? '')).heading).to.equal('Ask your organization')
  })

  it('is approved, held for a day, and lets him set up a new authenticator with a new password', async () => {
    expect((await ask(noah, 'noah')).heading).to.equal('Your organization was asked')
    expect(mailsTo('adam')[0]?.subject).to.equal('Somebody asks to be let back in to Acme Works')
    expect(mailsTo('olivia'), 'owners too').to.have.length(1)
    expect(mailsTo('adam')[0]?.text, 'what a stranger may have written stays out of mails').to.not.contain(
      'Room 12',
    )
    await idOf()
    expect(shell.said.join('\n')).to.contain('Noah').and.to.contain('Room 12')

    expect(await approve('adam')).to.match(/^Approved\. The person gets a link at /)
    await portal.deliver()
    expect(mailsTo('noah').at(-1)?.subject).to.contain('was approved')
    portal.clock.pass(DAY - MINUTE)
    await portal.deliver()
    expect(mailsTo('noah'), 'not a minute early').to.have.length(1)
    portal.clock.pass(MINUTE)
    await portal.deliver()
    const letter = mailsTo('noah').at(-1)
    expect(letter?.subject).to.equal('Your way back in to Acme Works')

    expect((await followLink(noah, linkIn(letter))).address).to.equal('/acme/recover/enrol')
    const key = await setUpAuthenticator(portal, noah)
    expect((await createPassword(noah)).address).to.equal('/acme/account')
    const elsewhere = portal.visitor()
    portal.clock.pass(MINUTE)
    await signIn(elsewhere, 'noah', NEW_PASSWORD, 'acme')
    const old = await elsewhere.press('Sign in', { code: codeOfApp(portal.clock.now()) })
    expect(old.status, 'the lost one opens nothing').to.equal(422)
    const home = await elsewhere.press('Sign in', { code: codeOfApp(portal.clock.now(), key) })
    expect(home.address).to.equal('/acme/account')
  })

  it('sends no code to his phone for three days after that', async () => {
    await portal.change('acme', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, approvalHoldHours: 0 },
    }))
    await ask(noah, 'noah')
    await approve('adam')
    await portal.deliver()
    await followLink(noah, linkIn(mailsTo('noah').at(-1)))
    await setUpAuthenticator(portal, noah)
    await createPassword(noah)
    const texts = portal.texts.length
    await askForCode(portal, portal.visitor(), 'noah', 'acme')
    expect(portal.texts).to.have.length(texts)
    portal.clock.pass(3 * DAY)
    await askForCode(portal, portal.visitor(), 'noah', 'acme')
    expect(portal.texts).to.have.length(texts + 1)
  })

  it('is stopped by whoever has the account, from the letter, while it is held', async () => {
    await ask(portal.visitor(), 'noah')
    await approve('adam')
    await portal.deliver()
    const stop = /http\S+stop-request\S+/.exec(mailsTo('noah').at(-1)?.text ?? '')?.[0] ?? ''
    expect((await noah.open(stop)).heading).to.equal('Stop this request?')
    portal.clock.pass(HOUR)
    expect((await noah.press('Stop it')).text).to.contain('The request is stopped.')
    portal.clock.pass(2 * DAY)
    await portal.deliver()
    expect(mailsTo('noah'), 'no link comes').to.have.length(1)
    expect((await noah.open(stop)).heading).to.equal('Nothing to stop')
    expect((await noah.open(stop.replace(/token=.{5}/, 'token=AAAAA'))).status).to.equal(410)
    await signIn(noah, 'noah', DEMO_PASSWORD, 'acme')
    const home = await noah.press('Sign in', { code: codeOfApp(portal.clock.now()) })
    expect(home.address, 'nothing has changed').to.equal('/acme/account')
  })

  it('is refused, and he is told', async () => {
    await ask(noah, 'noah')
    await shell.type('requests', 'refuse', 'acme', await idOf(), '--as', 'olivia', ...REASON)
    await portal.deliver()
    expect(mailsTo('noah').at(-1)?.subject).to.equal('Your request to Acme Works was refused')
    expect(await idOf()).to.equal('')
  })

  it('is not decided by members, by the person, twice by one, or by an administrator about an owner', async () => {
    await ask(noah, 'noah')
    expect(await approve('mia')).to.contain('Only administrators and owners')
    expect(await approve('noah')).to.contain('own request')
    expect(await approve('nobody')).to.contain('Say who decides')
    expect(await approve('adam', 'x')).to.contain('no such request')
    await ask(portal.visitor(), 'olivia')
    await idOf()
    const hers = shell.said.find((line) => line.includes('(olivia'))?.slice(0, 36)
    expect(await approve('adam', hers)).to.contain('only owners about an owner')
  })

  it('takes two people for an administrator', async () => {
    await portal.within('acme', (tx) =>
      tx
        .rows('accounts')
        .where('username', 'mia')
        .update({ role: 'administrator' } as never),
    )
    await ask(portal.visitor(), 'adam')
    expect(await approve('mia')).to.equal('Approved once. One more person must approve.')
    expect(await approve('mia')).to.contain('approved this already')
    expect(await approve('olivia')).to.match(/^Approved\. /)
  })

  it('says the same to everyone, drops who is not there, and takes one request a person', async () => {
    const [stranger, other] = [portal.visitor(), portal.visitor()]
    const unknown = await ask(stranger, 'nobody')
    const known = await ask(other, 'noah')
    expect([unknown.address, unknown.text]).to.deep.equal([known.address, known.text])
    const letters = portal.mailbox.length
    await ask(portal.visitor(), 'noah')
    expect(portal.mailbox).to.have.length(letters)
    expect(letters).to.equal(2)
  })

  it('is worthless once the account has changed by another way', async () => {
    await ask(noah, 'mia')
    await approve('adam')
    const mia = portal.visitor()
    await followLink(mia, await getLink(portal, mia, 'mia', 'acme'))
    await createPassword(mia)
    portal.clock.pass(2 * DAY)
    await portal.deliver()
    expect(mailsTo('mia').filter(({ subject }) => subject.startsWith('Your way back in'))).to.have.length(1)
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia', 'acme')).to.equal(true)
  })

  it('takes three requests an hour from one address', async () => {
    for (let asked = 1; asked <= 3; asked += 1) expect((await ask(noah, `n${asked}`)).status).to.equal(200)
    expect((await ask(noah, 'n4')).status).to.equal(429)
  })
})
