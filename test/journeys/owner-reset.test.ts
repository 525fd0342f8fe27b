import { expect } from 'chai'
import { DAY, MINUTE } from '../../src/platform/clock.ts'
import { asking } from '../support/desk.ts'
import { terminal } from '../cli/terminal.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  canSignIn,
  changeAccount,
  createPassword,
  followLink,
  getLink,
  NEW_PASSWORD,
  signIn,
} from '../support/steps.ts'

describe('latchkey owner reset: for the owner whom nobody can approve', () => {
  let portal: Portal
  let shell: ReturnType<typeof terminal>

  beforeEach(async () => {
    portal = await openPortal()
    shell = terminal(portal)
  })
  afterEach(() => portal.close())

  const reset = (name: string, ...more: string[]) =>
    shell
      .type('owner', 'reset', 'harbour', name, ...more)
      .then(() => shell.said.at(-1))
      .catch((error: unknown) => (error as Error).message)
  const lettersTo = (name: string) => portal.mailbox.filter(({ to }) => to === `${name}@harbour.example`)

  it('begins the hold, tells the owner and all others who run the organization, and then sends the link', async () => {
    expect(await reset('Olivia', '--reason', 'Came by with her passport')).to.match(
      /^Approved\. .* gets a link/,
    )
    await portal.deliver()
    expect(lettersTo('olivia').map(({ subject }) => subject)).to.deep.equal([
      'Your way back in to Harbour Cloud was approved',
    ])
    const [told, ...more] = lettersTo('adam')
    expect(more).to.deep.equal([])
    expect(told?.subject).to.equal('An owner is let back in to Harbour Cloud')
    expect(told?.text).to.contain('Olivia').and.to.contain('/harbour/manage/requests/')
    portal.clock.pass(DAY - MINUTE)
    await portal.deliver()
    expect(lettersTo('olivia')).to.have.length(1)
    portal.clock.pass(MINUTE)
    await portal.deliver()
    const olivia = portal.visitor()
    await followLink(olivia, linkIn(lettersTo('olivia').at(-1)))
    await createPassword(olivia)
    expect(await canSignIn(portal, NEW_PASSWORD, 'olivia')).to.equal(true)
    const approved = (await events()).find(({ kind }) => kind === 'request.approved')
    expect(approved?.actor).to.equal('operator')
    expect(approved?.detail['reason']).to.equal('Came by with her passport')
  })

  it('prints a code for an owner without an address', async () => {
    await changeAccount(portal, 'harbour', 'olivia', { email_verified_at: null })
    await reset('olivia')
    const code = /^ {2}(\S+)$/m.exec(shell.said.join('\n'))?.[1] ?? ''
    await portal.deliver()
    expect(lettersTo('olivia')).to.deep.equal([])
    expect(lettersTo('adam')).to.have.length(1)
    const olivia = portal.visitor()
    await olivia.open('/harbour/recover/spoken-code')
    await olivia.press('Continue', { identifier: 'olivia', code })
    await createPassword(olivia)
    expect((await signIn(olivia, 'olivia', NEW_PASSWORD)).address).to.equal('/harbour/account')
  })

  it('takes up the request that she made herself, and what was approved of it', async () => {
    const desk = asking(portal, 'harbour')
    await desk.ask(portal.visitor(), 'olivia')
    expect(await desk.approve('olivia', 'adam')).to.contain('only owners about an owner')
    expect(await desk.approve('olivia', null)).to.contain('One more person')
    expect(await reset('olivia')).to.match(/^Approved/)
    const again = await reset('olivia@harbour.example')
    expect(again, 'asked twice, it says the same').to.equal(shell.said.at(-2))
    await portal.deliver()
    expect(lettersTo('olivia')).to.have.length(1)
    expect((await events()).filter(({ kind }) => kind === 'request.filed')).to.have.length(1)
  })

  it('opens a new request where the old one is worthless by now', async () => {
    await reset('olivia')
    const olivia = portal.visitor()
    await followLink(olivia, await getLink(portal, olivia, 'olivia@harbour.example'))
    await createPassword(olivia)
    portal.clock.pass(MINUTE)
    expect(await reset('olivia')).to.match(/^Approved/)
    expect((await events()).filter(({ kind }) => kind === 'request.filed')).to.have.length(2)
  })

  it('is for active owners only', async () => {
    for (const name of ['adam', 'mia', 'nobody', 'no body', ''])
      expect(await reset(name), name).to.contain('There is no active owner')
    await changeAccount(portal, 'harbour', 'olivia', { state: 'suspended' })
    expect(await reset('olivia')).to.contain('There is no active owner')
    expect(await events()).to.deep.equal([])
  })

  interface Event {
    organization_id: string
    kind: string
    actor: string
    detail: Record<string, string>
  }

  function events(): Promise<Event[]> {
    return portal.within('harbour', (tx) => tx.rows<Event>('audit_events'))
  }
})
