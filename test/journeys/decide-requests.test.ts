import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { HOUR, MINUTE } from '../../src/platform/clock.ts'
import { asking, type Desk } from '../support/desk.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  canSignIn,
  changeAccount,
  createPassword,
  followLink,
  NEW_PASSWORD,
  signIn,
} from '../support/steps.ts'
import { mailsTo, rowsOf } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

type Row = { id: string; state: string }

describe('an administrator decides who is let back in', () => {
  let portal: Portal
  let desk: Desk
  let adam: Visitor
  let olivia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    desk = asking(portal, 'harbour')
    adam = await signedIn('adam')
    olivia = await signedIn('olivia')
  })
  afterEach(() => portal.close())

  const signedIn = async (name: string) => {
    const visitor = portal.visitor()
    await signIn(visitor, name)
    return visitor
  }
  const idOf = async (name: string) =>
    (await rowsOf<Row>(portal, 'harbour', name, 'recovery_requests')).at(-1)?.id ?? ''
  const openRequest = async (visitor: Visitor, name: string) =>
    visitor.open(`/harbour/manage/requests/${await idOf(name)}`)

  it('the letter leads to the page, where they read the note, say how they checked and approve', async () => {
    await desk.ask(portal.visitor(), 'mia')
    const letter = mailsTo(portal, 'adam@harbour.example', 'let back in').at(-1)
    const address = /http:\S+\/manage\/requests\/\S+/.exec(letter?.text ?? '')?.[0] ?? ''
    expect((await adam.open('/harbour/manage')).text).to.contain('Requests 1 waits')
    const listed = await adam.open('/harbour/manage/requests')
    expect(listed.text).to.contain('Mia').and.to.contain('Waits for you')
    const page = await adam.open(address)
    expect(page.heading).to.contain('Mia').and.to.contain('asks to be let back in')
    expect(page.text)
      .to.contain('Room 12')
      .and.to.contain('198.51.100.0/24')
      .and.to.contain('0 of 1 approvals')
    const unreasoned = await adam.press('Approve', { reason: ' ' })
    expect(unreasoned.status).to.equal(422)
    expect(unreasoned.problemsAt('reason')).to.have.length(1)
    expect((await adam.press('Approve', { reason: 'Met her at the desk' })).text).to.contain('Approved.')
    const decided = await adam.open(address)
    expect(decided.text).to.contain('On hold').and.to.contain('Met her at the desk')
    expect(decided.root.querySelectorAll('button').map(({ text }) => text)).to.not.include('Approve')
    await portal.deliver()
    portal.clock.pass(24 * HOUR)
    await portal.deliver()
    const mia = portal.visitor()
    await followLink(mia, linkIn(mailsTo(portal, 'mia@harbour.example', 'Your way back in').at(-1)))
    await createPassword(mia)
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia')).to.equal(true)
    const [approved] = (await eventsOf()).filter(({ kind }) => kind === 'request.approved')
    expect(approved).to.deep.include({ actor: 'person', address: '198.51.100.0/24' })
    expect(approved?.detail['reason']).to.equal('Met her at the desk')
  })

  it('a refusal tells the person, and a reason of several lines is kept as it was written', async () => {
    await desk.ask(portal.visitor(), 'mia')
    await openRequest(adam, 'mia')
    expect((await adam.press('Refuse', { reason: 'Nobody answers\r\nher number' })).text).to.contain(
      'Refused.',
    )
    await portal.deliver()
    expect(mailsTo(portal, 'mia@harbour.example')).to.have.length(1)
    const page = await openRequest(adam, 'mia')
    expect(page.text).to.contain('Nobody answers')
    expect(page.root.querySelectorAll('main button')).to.have.length(0)
  })

  it('who has no address is let in by two, and the second is shown the code once, and nothing keeps it', async () => {
    await desk.ask(portal.visitor(), 'nils')
    expect((await openRequest(adam, 'nils')).text).to.contain('It takes two people')
    expect((await adam.press('Approve', { reason: 'Met' })).text).to.contain('Somebody else must approve')
    expect((await openRequest(adam, 'nils')).text).to.contain('You have approved this already')
    expect((await openRequest(olivia, 'nils')).text).to.contain('you are shown a code once')
    const before = new Map(olivia.cookies)
    const shown = await olivia.press('Approve', { reason: 'Knows him' })
    expect(shown.status).to.equal(200)
    expect(shown.headers['cache-control']).to.contain('no-store')
    const code = shown.root.querySelector('.spoken')?.text ?? ''
    expect(code).to.match(/^[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}$/)
    expect(new Map(olivia.cookies), 'nothing of it is in a cookie').to.deep.equal(before)
    expect(portal.logged.join('\n')).to.not.contain(code)
    expect((await openRequest(olivia, 'nils')).body).to.not.contain(code)
    const nils = portal.visitor()
    await nils.open('/harbour/recover/spoken-code')
    expect((await nils.press('Continue', { identifier: 'nils', code })).address).to.contain(
      '/recover/password',
    )
  })

  it('an administrator looks at an owner’s request, decides nothing of it and hears why; nor of their own', async () => {
    await changeAccount(portal, 'harbour', 'noah', { role: 'owner' })
    await desk.ask(portal.visitor(), 'olivia')
    const page = await openRequest(adam, 'olivia')
    expect(page.text).to.contain('only owners decide about an owner')
    expect(page.root.querySelectorAll('main button')).to.have.length(0)
    expect((await openRequest(olivia, 'olivia')).text).to.contain('Nobody decides about their own request')
    for (const visitor of [adam, olivia]) {
      await visitor.open('/harbour/account')
      const answer = await visitor.send('POST', `/harbour/manage/requests/${await idOf('olivia')}`, {
        csrf: visitor.csrf,
        decision: 'approve',
        reason: 'Met',
      })
      expect(answer.status).to.equal(422)
    }
    expect((await rowsOf<Row>(portal, 'harbour', 'olivia', 'recovery_requests'))[0]?.state).to.equal('open')
  })

  it('a proof that is older than ten minutes is asked for again, and what was written stays', async () => {
    await desk.ask(portal.visitor(), 'mia')
    portal.clock.pass(11 * MINUTE)
    await openRequest(adam, 'mia')
    const asked = await adam.press('Approve', { reason: 'Met her', currentPassword: 'wrong' })
    expect(asked.status).to.equal(422)
    expect(asked.root.querySelector('#reason')?.text).to.equal('Met her')
    await adam.press('Approve', { reason: 'Met her', currentPassword: DEMO_PASSWORD })
    expect((await rowsOf<Row>(portal, 'harbour', 'mia', 'recovery_requests'))[0]?.state).to.equal('approved')
  })

  it('who lost the role while the page was open decides nothing', async () => {
    await desk.ask(portal.visitor(), 'mia')
    await openRequest(adam, 'mia')
    await changeAccount(portal, 'harbour', 'adam', { role: 'member' })
    expect((await adam.submit('Approve', { reason: 'Met her' })).status).to.equal(403)
  })

  it('pages through many that wait and many that are over, each once', async () => {
    await portal.within('harbour', async (tx) => {
      await tx.sql.raw(
        `insert into accounts (organization_id, id, username, full_name, role, state, security_epoch, created_at)
         select ?, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'p' || n, 'Person ' || n, 'member', 'active', 1, ?
         from generate_series(1, 60) n`,
        [tx.organizationId, tx.now],
      )
      await tx.sql.raw(
        `insert into recovery_requests
           (organization_id, id, account_id, security_epoch, state, note_sealed, address, device, asked_at, ended_at, is_report)
         select ?, ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid,
           ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 1,
           case when n > 30 then 'expired' else 'open' end, '', '', '', ?, case when n > 30 then ?::timestamptz end, false
         from generate_series(1, 60) n`,
        [tx.organizationId, tx.now, tx.now],
      )
    })
    const names = (page: { root: Visitor['page']['root'] }) =>
      page.root.querySelectorAll('.entries strong').map(({ text }) => text)
    const first = await adam.open('/harbour/manage/requests')
    expect(names(first)).to.have.length(50)
    const more = first.root
      .querySelectorAll('main section p a')
      .map((link) => link.getAttribute('href') ?? '')
    expect(more).to.have.length(2)
    const waiting = names(await adam.open(more[0] ?? '')).slice(0, 5)
    const over = names(await adam.open(more[1] ?? '')).slice(-5)
    expect(new Set([...names(first), ...waiting, ...over]).size).to.equal(60)
    expect((await adam.open('/harbour/manage')).text).to.contain('30 wait')
  })

  async function eventsOf() {
    return portal.within('harbour', (tx) =>
      tx
        .rows<{
          organization_id: string
          kind: string
          actor: string
          address: string
          detail: Record<string, unknown>
        }>('audit_events')
        .orderBy('id'),
    )
  }
})
