import { expect } from 'chai'
import { CommandFailed } from '../../src/cli/command.ts'
import { DAY } from '../../src/platform/clock.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { terminal } from '../cli/terminal.ts'
import { invite } from '../support/people.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import {
  canSignIn,
  createPassword,
  followLink,
  getVerification,
  NEW_PASSWORD,
  RINA,
  RINAS_PASSWORD,
  signIn,
} from '../support/steps.ts'

const SARI = 'sari@gmail.com'

describe('attacks: invitations', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  it('EN-09: that an invited address has an account is told to the operator alone: no mail, and no page differs', async () => {
    const before = await portal.visitor().open('/harbour/sign-in')
    expect(await refusal('harbour', 'mia@harbour.example')).to.contain('has an account')
    expect(await refusal('harbour', 'MIA@Harbour.example')).to.contain('has an account')
    await portal.deliver()
    expect(portal.mailbox).to.have.length(0)
    expect((await portal.visitor().open('/harbour/sign-in')).text).to.equal(before.text)
    await invite(portal, 'harbour', SARI)
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal([SARI])
  })

  it('TI-10: an invitation is its own address’s: used twice, or with others’ names beside it, it changes nobody else', async () => {
    const link = await invite(portal, 'harbour', SARI)
    const sari = portal.visitor()
    await sari.open(`${link}&email=mia@harbour.example&user=mia&role=owner`)
    await sari.press('Continue', { email: 'mia@harbour.example', role: 'owner' })
    await sari.press('Create Password', {
      password: NEW_PASSWORD,
      confirmation: NEW_PASSWORD,
      terms: 'accepted',
      email: 'mia@harbour.example',
      role: 'owner',
    })
    expect(await canSignIn(portal, NEW_PASSWORD, SARI)).to.equal(true)
    expect(await canSignIn(portal, DEMO_PASSWORD, 'mia')).to.equal(true)
    expect((await signIn(sari, SARI, NEW_PASSWORD)).text, 'TI-03').to.contain('Member')
    const again = await portal.visitor().open(link)
    expect([again.status, again.heading]).to.deep.equal([410, 'This link has been used'])
    expect((await portal.visitor().open(link.replace('/harbour/', '/meadow/'))).status).to.equal(404)
  })

  it('TK-12: its token opens nothing but its own page', async () => {
    const token = new URL(await invite(portal, 'harbour', SARI)).searchParams.get('token') ?? ''
    const stranger = portal.visitor()
    expect((await stranger.open(`/harbour/verify-email?token=${token}`)).status).to.equal(404)
    expect((await stranger.open(`/harbour/recover/stop-request?token=${token}`)).status).to.not.equal(200)
    expect((await stranger.open(`/harbour/recover/undo-change?token=${token}`)).status).to.equal(404)
    for (const name of ['session', 'half', 'recovery', 'sign-up'])
      stranger.setCookie(`latchkey-${name}.harbour`, token)
    expect((await stranger.open('/harbour/sign-in/new-password')).address).to.equal('/harbour/sign-in')
    expect((await stranger.open('/harbour/recover/password')).address).to.equal('/harbour/recover')
    expect((await stranger.open('/harbour/account')).address).to.equal('/harbour/sign-in')
  })

  it('TK-25: of a sign-up that waits for an invited address nothing counts, and nothing is left of its words', async () => {
    const stranger = portal.visitor()
    const theirs = await getVerification(portal, stranger, { fullName: 'A stranger' })
    const link = await invite(portal, 'harbour', RINA.email, '--name', 'Rina Wulandari')
    const rina = portal.visitor()
    await followLink(rina, link)
    await createPassword(rina, NEW_PASSWORD, { terms: 'accepted' })
    expect((await portal.visitor().open(theirs)).heading).to.equal('There is an account with this address')
    expect(await canSignIn(portal, RINAS_PASSWORD, RINA.email)).to.equal(false)
    expect((await signIn(rina, RINA.email, NEW_PASSWORD)).heading).to.equal('Hello, Rina Wulandari')
    const left = await portal.within('harbour', (tx) =>
      tx.sql('sign_ups').select('ending', 'full_name', 'phone'),
    )
    expect(left).to.deep.equal([{ ending: 'overtaken', full_name: null, phone: null }])
  })

  it('a second invitation after the first ran out works, and one after the password was set is refused', async () => {
    const first = await invite(portal, 'harbour', SARI)
    portal.clock.pass(DAY)
    expect((await portal.visitor().open(first)).status).to.equal(410)
    const sari = portal.visitor()
    await followLink(sari, await invite(portal, 'harbour', SARI))
    await createPassword(sari, NEW_PASSWORD, { terms: 'accepted' })
    expect(await refusal('harbour', SARI)).to.contain('has an account')
  })

  async function refusal(slug: string, email: string): Promise<string> {
    const error: unknown = await terminal(portal)
      .type('people', 'invite', slug, email)
      .catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(CommandFailed)
    return (error as Error).message
  }
})
