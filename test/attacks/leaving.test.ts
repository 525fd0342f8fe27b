import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { linkToKeep } from '../../src/access/keep-link.ts'
import { linkToUndo } from '../../src/access/change-link.ts'
import { accountNamed } from '../../src/accounts/store.ts'
import type { MessageRow } from '../../src/delivery/outbox.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import { after, DAY, MINUTE } from '../../src/platform/clock.ts'
import { askForEmail, changeEmail, confirmEmail, getConfirmation, stealAddress } from '../support/contacts.ts'
import { asking } from '../support/desk.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { accountOf, changeAccount, codeOfApp, signIn, signInWithCode } from '../support/steps.ts'
import { ageChanges, mailsTo, sayNotMe, undoLinkIn } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

const SESSION = 'latchkey-session.harbour'
const DELETE = '/harbour/account/delete'
const OLD = 'mia@harbour.example'
const DATA = '/harbour/account/data'

interface Copy {
  messages: { name: string; state: string; createdAt: string }[]
  activity: { kind: string }[]
}

describe('attacks: on copies of one’s data and on leaving', () => {
  let portal: Portal
  let mia: Visitor
  let thief: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
    thief = portal.visitor()
  })
  afterEach(() => portal.close())

  const copyOf = async (visitor: Visitor) => {
    await visitor.open(DATA)
    return JSON.parse((await visitor.submit('Download your data')).body) as Copy
  }
  const askDeletion = async (visitor: Visitor) => {
    await visitor.open(DELETE)
    return visitor.press('Delete my account', { understood: 'yes', currentPassword: DEMO_PASSWORD })
  }
  const steal = async (from: Visitor) => {
    thief.setCookie(SESSION, from.cookies.get(SESSION) ?? '')
    await thief.open('/harbour/account')
  }
  /** Mia undoes the change of her address days later, while she still can: the account is hers and stays. */
  const undoAfter = async (days: number) => {
    portal.clock.pass(days * DAY)
    await portal.app.keepHouse()
    const [letter] = mailsTo(portal, OLD, 'was changed')
    await sayNotMe(portal.visitor(), undoLinkIn(letter))
    portal.clock.pass(2 * DAY)
    await portal.app.keepHouse()
    expect(await accountOf(portal, 'mia')).to.include({ email: OLD, deletionDueAt: null })
  }

  it('EN-09: a copy of one’s data does not tell whether an address that was asked for has an account', async () => {
    const seen = []
    for (const [name, email] of [
      ['mia', 'olivia@harbour.example'],
      ['adam', 'oliver@harbour.example'],
    ] as const) {
      const visitor = portal.visitor()
      await signIn(visitor, name)
      await askForEmail(visitor, email)
      await portal.deliver()
      const { messages, activity } = await copyOf(visitor)
      seen.push([messages.map((one) => [one.name, one.state]), activity.map(({ kind }) => kind)])
    }
    expect(seen[0]).to.deep.equal(seen[1])
    expect(seen.flat(2)).to.include('contact.requested')
  })

  it('TI-01: who has an address now reads nothing of whose it was before, and takes none of their letters along', async () => {
    await signIn(mia, 'mia')
    await changeEmail(portal, mia, 'mia@new.example')
    await portal.deliver()
    portal.clock.pass(DAY)
    const since = portal.clock.now().toISOString()
    const adam = portal.visitor()
    await signIn(adam, 'adam')
    await changeEmail(portal, adam, OLD)
    await portal.deliver()
    const { messages } = await copyOf(adam)
    expect(messages.filter(({ createdAt }) => createdAt < since)).to.deep.equal([])
    expect(messages.map(({ name }) => name)).to.deep.equal(['contact-changed'])

    const id = (await accountOf(portal, 'mia'))?.id ?? ''
    const letters = () =>
      portal.within('harbour', (tx) =>
        tx.rows<MessageRow>('messages').whereRaw(`data ->> 'accountId' = ?`, id),
      )
    const before = await letters()
    await changeAccount(portal, 'harbour', 'adam', { deletion_due_at: portal.clock.now() })
    await ageChanges(portal, 'harbour')
    await portal.app.keepHouse()
    const adams = { kind: 'username', canonical: 'adam' } as const
    expect(await portal.within('harbour', (tx) => accountNamed(tx, adams))).to.equal(null)
    expect(await letters()).to.deep.equal(before)
    expect(before.map(({ recipient }) => recipient)).to.have.members([OLD, 'mia@new.example'])
  })

  it('TI-01: nor what went there to somebody who decides, and that goes with whom it was written to', async () => {
    const adam = portal.visitor()
    await asking(portal, 'harbour').ask(portal.visitor(), 'nils')
    await signIn(adam, 'adam')
    await changeEmail(portal, adam, 'adam@new.example')
    await signIn(mia, 'mia')
    await changeEmail(portal, mia, 'adam@harbour.example')
    await portal.deliver()
    expect((await copyOf(mia)).messages.map(({ name }) => name)).to.deep.equal(['contact-changed'])
    const letters = () =>
      portal.within('harbour', (tx) =>
        tx.rows<MessageRow>('messages').where({ template: 'request-waiting' }).whereNotNull('recipient'),
      )
    const readers = async () => (await letters()).map(({ recipient }) => recipient)
    expect(await readers()).to.have.members(['olivia@harbour.example', 'adam@harbour.example'])
    await changeAccount(portal, 'harbour', 'adam', { deletion_due_at: portal.clock.now() })
    await ageChanges(portal, 'harbour')
    await portal.app.keepHouse()
    expect(await readers()).to.deep.equal(['olivia@harbour.example'])
  })

  it('SE-10: a stolen session gets no copy once it is ten minutes old', async () => {
    await signIn(mia, 'mia')
    await steal(mia)
    portal.clock.pass(11 * MINUTE)
    for (const proof of [{}, { currentPassword: '' }, { currentPassword: 'Guess-1!' }]) {
      const page = await thief.send('POST', DATA, { csrf: thief.csrf, ...proof })
      expect(page.status).to.equal(422)
      expect(page.headers['content-disposition']).to.equal(undefined)
      expect(page.body).to.not.contain('mia@harbour.example')
    }
    const page = await mia.send('POST', DATA, { csrf: thief.csrf, currentPassword: DEMO_PASSWORD })
    expect([page.status, page.body.includes('mia@harbour.example')]).to.deep.equal([403, false])
  })

  it('SE-10: a session alone, however fresh, asks for no deletion, nor does the password of who has an authenticator', async () => {
    await signIn(mia, 'mia')
    const noah = portal.visitor()
    await signInWithCode(portal, noah)
    for (const [victim, name] of [
      [mia, 'mia'],
      [noah, 'noah'],
    ] as const) {
      await steal(victim)
      const right = name === 'noah' ? [{ currentPassword: DEMO_PASSWORD, factor: '000000' }] : []
      const proofs = [{}, { currentPassword: 'Guess-1!', factor: codeOfApp(portal.clock.now()) }, ...right]
      for (const proof of proofs) {
        const page = await thief.send('POST', DELETE, { csrf: thief.csrf, understood: 'yes', ...proof })
        expect(page.status, name).to.equal(422)
      }
      expect((await accountOf(portal, name))?.deletionDueAt, name).to.equal(null)
    }
    await mia.open(DELETE)
    expect((await mia.submit('Delete my account', { currentPassword: DEMO_PASSWORD })).status).to.equal(422)
    expect((await accountOf(portal, 'mia'))?.deletionDueAt, 'without the tick').to.equal(null)
  })

  it('AL-09: who took the account over, its address first, does not delete it before its person can undo that', async () => {
    await stealAddress(portal, thief, 'thief@elsewhere.example', 'harbour')
    portal.clock.pass(DAY)
    await signIn(thief, 'mia')
    const page = await thief.open(DELETE)
    expect(page.text).to.contain('is deleted on April 1, 2026').and.contain('That is later than')
    await askDeletion(thief)
    await portal.deliver()
    const letters = [OLD, 'thief@elsewhere.example'].map(
      (to) => mailsTo(portal, to, 'will be deleted').length,
    )
    expect(letters).to.deep.equal([1, 1])
    expect(mailsTo(portal, OLD).at(-1)?.text).to.contain('April 1, 2026')
    await undoAfter(28)
  })

  it('AL-09: nor by asking first and taking its address over afterwards', async () => {
    await signIn(thief, 'mia')
    await askDeletion(thief)
    portal.clock.pass(DAY)
    await stealAddress(portal, thief, 'thief@elsewhere.example', 'harbour')
    expect((await thief.open('/harbour/account')).text).to.contain('is deleted on April 2, 2026')
    await undoAfter(29)
  })

  it('SE-10: what a thief asked for in a session that asking ended is never confirmed', async () => {
    await signIn(thief, 'mia')
    const waiting = await getConfirmation(portal, thief, 'thief@elsewhere.example')
    await signIn(mia, 'mia')
    await askDeletion(mia)
    await confirmEmail(thief, waiting)
    expect(await accountOf(portal, 'mia')).to.include({ email: OLD })
  })

  it('TI-18: who was suspended does not get out of it, and in again as somebody new, by having asked to leave', async () => {
    await signIn(mia, 'mia')
    await askDeletion(mia)
    await changeAccount(portal, 'harbour', 'mia', { state: 'suspended' })
    portal.clock.pass(15 * DAY)
    await portal.app.keepHouse()
    expect((await accountOf(portal, 'mia'))?.state).to.equal('suspended')
    await changeAccount(portal, 'harbour', 'mia', { state: 'active' })
    await portal.app.keepHouse()
    const mias = { kind: 'username', canonical: 'mia' } as const
    expect(await portal.within('harbour', (tx) => accountNamed(tx, mias))).to.equal(null)
  })

  it('an owner does not leave while every other one is locked, or has no own password', async () => {
    const olivia = portal.visitor()
    await signIn(olivia, 'olivia')
    const mayLeave = async () =>
      (await olivia.open(DELETE)).root.querySelectorAll('main input[name=understood]').length === 1
    await changeAccount(portal, 'harbour', 'adam', { role: 'owner' })
    expect(await mayLeave()).to.equal(true)
    await changeAccount(portal, 'harbour', 'adam', { protected_at: portal.clock.now() })
    expect(await mayLeave()).to.equal(false)
    await changeAccount(portal, 'harbour', 'adam', { protected_at: null })
    const id = (await accountOf(portal, 'adam'))?.id ?? ''
    await portal.within('harbour', (tx) =>
      tx.rows<TenantRow & { account_id: string }>('passwords').where('account_id', id).delete(),
    )
    expect(await mayLeave()).to.equal(false)
  })

  it('TK-12: only the letter about this very deletion keeps an account, and its token opens nothing else', async () => {
    const dueAt = after(portal.clock.now(), DAY)
    await changeAccount(portal, 'harbour', 'mia', { deletion_due_at: dueAt })
    const accountId = (await accountOf(portal, 'mia'))?.id ?? ''
    const [harbour, summit] = [await portal.organization('harbour'), await portal.organization('summit')]
    const right = { accountId, dueAt: dueAt.toISOString() }
    const own = linkToKeep(portal.app.parts, harbour, right)
    const tokenOf = (link: string) => new URL(link).searchParams.get('token') ?? ''
    const wrong = [
      linkToKeep(portal.app.parts, summit, right).replace('/summit/', '/harbour/'),
      linkToKeep(portal.app.parts, harbour, { ...right, dueAt: portal.clock.now().toISOString() }),
      linkToKeep(portal.app.parts, harbour, {
        ...right,
        accountId: (await accountOf(portal, 'noah'))?.id ?? '',
      }),
      own.replace(tokenOf(own), tokenOf(linkToUndo(portal.app.parts, harbour, accountId))),
      own.replace('/harbour/', '/summit/'),
    ]
    for (const link of wrong) {
      await thief.open(`/${new URL(link).pathname.split('/')[1] ?? ''}/recover`)
      expect((await thief.send('GET', link)).status, link).to.equal(410)
      const sent = await thief.send('POST', link, { csrf: thief.csrf })
      expect(sent.status, link).to.equal(410)
    }
    for (const page of [
      `link?token=${tokenOf(own)}`,
      `undo-change?change=${accountId}&token=${tokenOf(own)}`,
    ])
      expect((await thief.send('GET', `/harbour/recover/${page}`)).status, page).to.equal(404)
    expect((await accountOf(portal, 'mia'))?.deletionDueAt).to.deep.equal(dueAt)
    expect((await thief.send('GET', own)).status, 'opening it changes nothing').to.equal(200)
    expect((await accountOf(portal, 'mia'))?.deletionDueAt).to.deep.equal(dueAt)
    await thief.open(own)
    await thief.press('Keep my account')
    expect((await accountOf(portal, 'mia'))?.deletionDueAt).to.equal(null)
  })
})
