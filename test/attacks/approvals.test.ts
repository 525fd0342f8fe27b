import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { accountNamed, lockAccount } from '../../src/accounts/store.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { addApproval } from '../../src/recovery/requests/store.ts'
import { asking, type Desk } from '../support/desk.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, followLink, NEW_PASSWORD, signIn } from '../support/steps.ts'
import { changeMias, changePassword, mailsTo, newestUndoLink, rowsOf, sayNotMe } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

type RequestRow = { id: string; state: string }

describe('attacks: on what people approve, and on the time until it is granted', () => {
  let portal: Portal
  let desk: Desk
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    desk = asking(portal, 'acme')
    mia = portal.visitor()
  })
  afterEach(() => portal.close())

  /** The letters with a link, and not those that announce it. */
  const wayBackOf = (name: string) =>
    mailsTo(portal, `${name}@acme.example`, 'Your way back in').filter(
      ({ subject }) => !subject.includes('was approved'),
    )
  const requestsOf = (name: string) => rowsOf<RequestRow>(portal, 'acme', name, 'recovery_requests')

  it('TO-20: a worker that was away for the whole hold warns first, and the link waits for as long as it should', async () => {
    await desk.ask(mia, 'mia')
    await desk.approve('mia', 'adam')
    portal.clock.pass(2 * DAY)
    await portal.deliver()
    expect(mailsTo(portal, 'mia@acme.example', 'was approved')).to.have.length(1)
    expect(wayBackOf('mia').length).to.equal(0)
    portal.clock.pass(DAY - SECOND)
    await portal.deliver()
    expect(wayBackOf('mia').length).to.equal(0)
    portal.clock.pass(SECOND)
    await portal.deliver()
    expect(wayBackOf('mia')).to.have.length(1)
  })

  it('TO-20: a link that could not leave in time locks nobody out: asking again is heard', async () => {
    await desk.ask(mia, 'mia')
    await desk.approve('mia', 'adam')
    await portal.deliver()
    portal.clock.pass(DAY + 72 * HOUR + MINUTE)
    await portal.deliver()
    expect(wayBackOf('mia').length).to.equal(0)
    await desk.ask(mia, 'mia')
    expect((await requestsOf('mia')).map(({ state }) => state)).to.have.members(['expired', 'open'])
    await desk.approve('mia', 'adam')
    await portal.deliver()
    portal.clock.pass(DAY)
    await portal.deliver()
    await followLink(mia, linkIn(wayBackOf('mia').at(-1)))
    expect(mia.page.address).to.equal('/acme/recover/password')
  })

  it('what nobody decided ends after a week, and its words are deleted with it', async () => {
    await desk.ask(mia, 'mia')
    portal.clock.pass(7 * DAY)
    expect(await desk.approve('mia', 'adam')).to.contain('no such request')
    await portal.app.keepHouse()
    expect((await requestsOf('mia')).map(({ state }) => state)).to.deep.equal(['expired'])
    portal.clock.pass(90 * DAY + SECOND)
    await portal.app.keepHouse()
    expect(await requestsOf('mia')).to.deep.equal([])
  })

  it('TO-20: an approval of somebody who was suspended since counts no more', async () => {
    await desk.ask(portal.visitor(), 'nils')
    expect(await desk.approve('nils', 'adam')).to.contain('One more person')
    await changeAccount(portal, 'acme', 'adam', { state: 'suspended', role: 'member' })
    expect(await desk.approve('nils', 'olivia')).to.contain('One more person')
    expect(desk.said()).to.not.match(/^ {2}\S+$/m)
  })

  it('TO-20: the one approver who was suspended during the hold lets nobody in', async () => {
    await desk.ask(mia, 'mia')
    await desk.approve('mia', 'adam')
    await portal.deliver()
    await changeAccount(portal, 'acme', 'adam', { state: 'suspended' })
    portal.clock.pass(DAY)
    await portal.deliver()
    expect(wayBackOf('mia').length).to.equal(0)
    expect((await requestsOf('mia')).map(({ state }) => state)).to.deep.equal(['expired'])
  })

  it('nobody whose own account is protected decides about others', async () => {
    await desk.ask(portal.visitor(), 'nils')
    await changeAccount(portal, 'acme', 'adam', { protected_at: portal.clock.now() })
    expect(await desk.approve('nils', 'adam')).to.contain('Only administrators and owners decide')
  })

  it('an approved link that ran out is no key to another: it leads to asking again', async () => {
    await desk.ask(mia, 'noah')
    await desk.approve('noah', 'adam')
    await portal.deliver()
    portal.clock.pass(DAY)
    await portal.deliver()
    portal.clock.pass(DAY + SECOND)
    const late = await mia.open(linkIn(wayBackOf('noah').at(-1)))
    expect(late.heading).to.equal('This link has expired')
    expect(late.text).to.not.contain('Send a fresh link')
  })

  it('who is held for a decision can be named as the one who decides another: the two do not wait for each other', async () => {
    await desk.ask(mia, 'mia')
    const [request] = await requestsOf('mia')
    await portal.within('acme', async (tx) => {
      const adam = await accountNamed(tx, { kind: 'username', canonical: 'adam' })
      await lockAccount(tx, adam?.id ?? '')
      await portal.within('acme', (other) =>
        addApproval(other, { requestId: request?.id ?? '', approverId: adam?.id ?? '', reason: 'Met her' }),
      )
    })
  })

  it('two who approve each other at the same instant do not wait for each other', async () => {
    await changeAccount(portal, 'acme', 'adam', { role: 'owner' })
    for (const name of ['adam', 'olivia']) await desk.ask(portal.visitor(), name)
    const ids = await Promise.all(
      ['adam', 'olivia'].map(async (name) => (await requestsOf(name))[0]?.id ?? ''),
    )
    const deciders = await Promise.all(
      ['olivia', 'adam'].map(async (name, which) => {
        const decider = portal.visitor()
        await signIn(decider, name, DEMO_PASSWORD, 'acme')
        await decider.open(`/acme/manage/requests/${ids[which] ?? ''}`)
        return decider
      }),
    )
    for (const expected of [303, 422, 422]) {
      const answers = await Promise.all(
        deciders.map((decider) => decider.submit('Approve', { reason: 'Met' })),
      )
      expect(answers.map(({ status }) => status)).to.deep.equal([expected, expected])
    }
  })

  it('an older letter about a change cancels no way back that was asked for since', async () => {
    const thief = portal.visitor()
    const older = await changeMias(portal, thief, 'acme')
    portal.clock.pass(MINUTE)
    await changePassword(thief, 'acme', 'Qu1et-Harbour!7', NEW_PASSWORD)
    await sayNotMe(mia, await newestUndoLink(portal, 'mia@acme.example'))
    const before = await requestsOf('mia')
    expect(before.map(({ state }) => state)).to.deep.equal(['open'])
    expect((await portal.visitor().open(older)).heading, 'it is not spent').to.equal('This wasn’t you?')
    await sayNotMe(portal.visitor(), older)
    expect(await requestsOf('mia')).to.deep.equal(before)
  })

  it('DF-11: where texts alone are offered, whoever asks in a loop fills no mailbox with what was not sent', async () => {
    await portal.change('acme', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, methods: ['sms-code'] },
    }))
    for (let turn = 0; turn < 12; turn += 1) {
      const stranger = portal.visitor()
      await stranger.open('/acme/recover')
      await stranger.press('Send SMS OTP', { identifier: 'mia' })
      await portal.deliver()
    }
    expect(mailsTo(portal, 'mia@acme.example').length).to.be.within(1, 3)
  })

  it('IN-04: what a browser calls itself stands in no mail to somebody else, unless it is a known name', async () => {
    const stranger = portal.visitor()
    stranger.headers = { 'User-Agent': 'Reset now at evil-help.com/1.0 (x)' }
    await stranger.open('/acme/recover')
    await stranger.press('Proceed', { identifier: 'mia' })
    await stranger.press('Proceed', { method: 'email-link' })
    await portal.deliver()
    expect(mailsTo(portal, 'mia@acme.example').at(-1)?.text)
      .to.contain('/recover/link')
      .and.to.not.contain('evil')
    await desk.ask(stranger, 'mia')
    expect(
      (await rowsOf<{ device: string }>(portal, 'acme', 'mia', 'recovery_requests')).at(-1)?.device,
    ).to.equal('')
  })
})
