import { expect } from 'chai'
import { DAY, HOUR, MINUTE } from '../../src/platform/clock.ts'
import { asking, type Desk } from '../support/desk.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  canSignIn,
  codeOfApp,
  createPassword,
  followLink,
  NEW_PASSWORD,
  setUpAuthenticator,
  signIn,
} from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

const TITLE = 'Somebody is being let into this account'

describe('Who is signed in sees that somebody is let into the account, and can stop it', () => {
  let portal: Portal
  let stranger: Visitor
  let noah: Visitor
  let desk: Desk

  beforeEach(async () => {
    portal = await openPortal()
    stranger = portal.visitor()
    noah = portal.visitor()
    desk = asking(portal, 'acme')
    await signInAsNoah()
  })
  afterEach(() => portal.close())

  const signInAsNoah = async () => {
    await signIn(noah, 'noah', undefined, 'acme')
    await noah.press('Sign in', { code: codeOfApp(portal.clock.now()) })
  }
  const box = async (address = '/acme/account') => {
    const page = await noah.open(address)
    expect(page.address).to.equal(address)
    return page.root.querySelector('main section')?.textContent.replace(/\s+/g, ' ') ?? null
  }
  const letters = () => portal.mailbox.filter(({ to }) => to === 'noah@acme.example')
  const granted = async () => {
    await desk.ask(stranger, 'noah')
    await desk.approve('noah', 'adam')
    await portal.deliver()
    portal.clock.pass(DAY)
    await portal.deliver()
    portal.clock.pass(MINUTE)
    await signInAsNoah()
    return linkIn(letters().at(-1))
  }

  it('from the approval on, on every page, with when it happens; not before', async () => {
    expect(await box()).to.equal(null)
    await desk.ask(stranger, 'noah')
    expect(await box()).to.equal(null)
    await desk.approve('noah', 'adam')
    for (const address of ['/acme/account', '/acme/account/password'])
      expect(await box(address), address)
        .to.contain(TITLE)
        .and.to.contain('your email address on March 3, 2026')
    const other = portal.visitor()
    await signIn(other, 'mia', undefined, 'acme')
    expect(other.page.text, 'Mia’s account is not concerned').to.not.contain(TITLE)
  })

  it('stops it with the button while it is held: no link comes', async () => {
    await desk.ask(stranger, 'noah')
    await desk.approve('noah', 'adam')
    await box()
    const page = await noah.press('Stop it')
    expect(page.text).to.contain('The request is stopped.').and.to.not.contain(TITLE)
    portal.clock.pass(2 * DAY)
    await portal.deliver()
    expect(letters()).to.deep.equal([])
    expect(await cancelledBy()).to.equal('noah')
  })

  it('stops it with the button after the hold: the link is dead, also in the hands of who opened it', async () => {
    const link = await granted()
    expect(await box()).to.contain('they can choose a new password, and you are signed out then')
    await followLink(stranger, link)
    expect(stranger.page.address).to.equal('/acme/recover/enrol')
    await box('/acme/account/password')
    expect((await noah.press('Stop it')).text).to.contain('The request is stopped.')
    expect((await stranger.open('/acme/recover/enrol')).address).to.equal('/acme/recover/ended/cancelled')
    expect((await portal.visitor().open(link)).status).to.equal(410)
    expect(await box()).to.equal(null)
  })

  it('says so when there was nothing left to stop', async () => {
    await desk.ask(stranger, 'noah')
    await desk.approve('noah', 'adam')
    await box()
    await desk.refuse('noah', 'adam')
    expect((await noah.press('Stop it')).text).to.contain('nothing to stop any more')
  })

  it('is over when the link has run out, or has set a password', async () => {
    const link = await granted()
    await followLink(stranger, link)
    await setUpAuthenticator(portal, stranger)
    await createPassword(stranger)
    expect((await noah.open('/acme/account')).address, 'signed out').to.equal('/acme/sign-in')
    await signIn(noah, 'noah', NEW_PASSWORD, 'acme')
    expect(noah.page.text).to.not.contain(TITLE)
  })

  it('is over when the link has run out', async () => {
    await granted()
    portal.clock.pass(DAY)
    await signInAsNoah()
    expect(await box()).to.equal(null)
  })

  it('shows a code that was read out as well', async () => {
    const nils = portal.visitor()
    await signIn(nils, 'nils', undefined, 'acme')
    await desk.ask(stranger, 'nils')
    const code = await desk.letIn('nils')
    expect((await nils.open('/acme/account')).text).to.contain(TITLE)
    await nils.press('Stop it')
    await stranger.open('/acme/recover/spoken-code')
    expect((await stranger.press('Continue', { identifier: 'nils', code })).status).to.equal(422)
  })

  it('is stopped from either letter too, until the password is changed', async () => {
    const link = await granted()
    const [first, last] = letters().map(({ text }) => /http\S+stop-request\S+/.exec(text)?.[0] ?? '')
    expect(last).to.equal(first)
    await followLink(stranger, link)
    portal.clock.pass(5 * MINUTE)
    const reader = portal.visitor()
    expect((await reader.open(first ?? '')).heading).to.equal('Stop this request?')
    expect((await reader.press('Stop it')).text).to.contain('The request is stopped.')
    expect((await stranger.open('/acme/recover/enrol')).address).to.equal('/acme/recover/ended/cancelled')
    expect((await reader.open(first ?? '')).heading).to.equal('Nothing to stop')
  })

  it('is too late for the letters once the password is changed', async () => {
    const link = await granted()
    const stop = /http\S+stop-request\S+/.exec(letters().at(-1)?.text ?? '')?.[0] ?? ''
    await followLink(stranger, link)
    await setUpAuthenticator(portal, stranger)
    await createPassword(stranger)
    portal.clock.pass(HOUR)
    expect((await portal.visitor().open(stop)).heading).to.equal('Nothing to stop')
    expect(await canSignIn(portal, NEW_PASSWORD, 'noah', 'acme')).to.equal(true)
  })

  it('costs a page of who is signed in one query, and others none', async () => {
    const statements: string[] = []
    portal.app.parts.database.pool.on('query', ({ sql }: { sql: string }) => void statements.push(sql))
    await noah.open('/acme/account')
    expect(statements.filter((sql) => sql.includes('recovery_requests'))).to.have.length(1)
    statements.length = 0
    await stranger.open('/acme/sign-in')
    expect(statements.filter((sql) => sql.includes('recovery_requests'))).to.have.length(0)
  })

  async function cancelledBy(): Promise<string> {
    return portal.within('acme', async (tx) => {
      const rows = tx.rows<{ organization_id: string; kind: string; actor_id: string }>('audit_events')
      const event = await rows.where('kind', 'request.cancelled').first()
      const accounts = tx.rows<{ organization_id: string; id: string; username: string }>('accounts')
      return (await accounts.where('id', event?.actor_id ?? '').first())?.username ?? ''
    })
  }
})
