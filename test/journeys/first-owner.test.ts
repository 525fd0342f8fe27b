import { expect } from 'chai'
import { HOUR, SECOND } from '../../src/platform/clock.ts'
import { terminal } from '../cli/terminal.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { createPassword, followLink, NEW_PASSWORD, signIn } from '../support/steps.ts'

const birch = ['org', 'create', 'birch', '--name', 'Birch & Sons', '--owner-email', 'Wati@birch.example']

describe('A new organization: from the operator’s command until its owner is signed in', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  it('creates it, invites the owner, and says so', async () => {
    const { said, type } = terminal(portal)
    await type(...birch, '--owner-name', 'Wati Rahayu')
    expect(said.join('\n')).to.contain(`${portal.url}/birch/sign-in`)
    expect(said.join('\n')).to.contain('Wati@birch.example')

    await portal.deliver()
    const [mail] = portal.mailbox
    expect(mail?.to).to.equal('Wati@birch.example')
    expect(mail?.subject).to.equal('Your account at Birch & Sons is ready')
    expect(mail?.text).to.contain('Hello Wati Rahayu').and.to.contain('24 hours')
    expect(mail?.html, 'a name is text, not markup').to.contain('Birch &amp; Sons')
  })

  it('invites also where links are offered to nobody: an invitation is no self-service', async () => {
    await terminal(portal).type(...birch)
    await portal.change('birch', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, methods: ['sms-code'] },
    }))
    await portal.deliver()
    const wati = portal.visitor()
    await followLink(wati, linkIn(portal.mailbox[0]))
    expect((await createPassword(wati)).address).to.equal('/birch/recover/done')
  })

  it('lets nobody in before the password is set, and the owner in after', async () => {
    await terminal(portal).type(...birch)
    await portal.deliver()
    const wati = portal.visitor()
    expect((await signIn(wati, 'wati@birch.example', NEW_PASSWORD, 'birch')).status).to.equal(422)

    portal.clock.pass(24 * HOUR - SECOND)
    expect((await wati.open(linkIn(portal.mailbox[0]))).heading).to.equal('Welcome')
    const choosing = await wati.press('Continue')
    expect(choosing.heading).to.equal('Choose your password')
    expect(choosing.text, 'there is none yet').to.not.contain('Not the password you have now')
    const done = await createPassword(wati)
    expect([done.address, done.heading]).to.deep.equal(['/birch/recover/done', 'Your account is ready'])
    const home = await signIn(wati, 'wati@birch.example', NEW_PASSWORD, 'birch')
    expect(home.address).to.equal('/birch/account')
    expect(home.text).to.contain('Owner').and.to.contain('Birch & Sons')
    expect((await wati.open('/harbour/account')).address).to.equal('/harbour/sign-in')
  })

  it('answers an invitation that ran out with a fresh link, which lives as long as any other', async () => {
    await terminal(portal).type(...birch)
    await portal.deliver()
    portal.clock.pass(24 * HOUR)
    const wati = portal.visitor()
    expect((await wati.open(linkIn(portal.mailbox[0]))).heading).to.equal('This link has expired')
    await wati.press('Send a fresh link')
    await portal.deliver()
    expect(portal.mailbox[1]?.text).to.contain('5 minutes')
    await followLink(wati, linkIn(portal.mailbox[1]))
    expect((await createPassword(wati)).address).to.equal('/birch/recover/done')
  })

  it('is all or nothing: a slug that is taken leaves no owner and no mail', async () => {
    const { type } = terminal(portal)
    await type(...birch)
    const again = await type(
      'org',
      'create',
      'birch',
      '--name',
      'Other',
      '--owner-email',
      'x@other.example',
    ).catch((error: unknown) => error)
    expect(again)
      .to.be.instanceOf(Error)
      .with.property('message', 'There is an organization "birch" already.')
    await portal.deliver()
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['Wati@birch.example'])
  })
})
