import { expect } from 'chai'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { DAY, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  canSignIn,
  changeAccount,
  codeOfApp,
  createPassword,
  followLink,
  isSignedIn,
  NEW_PASSWORD,
  signIn,
  signInWithCode,
} from '../support/steps.ts'
import { idOf } from '../support/managing.ts'
import { mailsTo } from '../support/undoing.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const PEOPLE = '/harbour/manage/people'

describe('an administrator looks after people', () => {
  let portal: Portal
  let adam: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    adam = portal.visitor()
    await signIn(adam, 'adam')
  })
  afterEach(() => portal.close())

  const openPerson = async (username: string) => adam.open(`${PEOPLE}/${await idOf(portal, username)}`)
  const openDeed = async (username: string, deed: string) =>
    adam.open(`${PEOPLE}/${await idOf(portal, username)}/${deed}`)
  const names = (page: Page) => page.root.querySelectorAll('.found strong').map((name) => name.textContent)
  const deedsOn = (page: Page) => page.root.querySelectorAll('.cards strong').map((deed) => deed.textContent)

  it('finds somebody by the beginning of a name, and reads who they are and what happened', async () => {
    await adam.open('/harbour/manage')
    const people = await adam.open(PEOPLE)
    expect(people.root.querySelector('.places [aria-current]')?.textContent).to.equal('People')
    expect(names(people)).to.have.length(5)
    expect(names(await adam.open(`${PEOPLE}?q=mia`))).to.deep.equal(['Mia Tanaka'])
    expect((await adam.open(`${PEOPLE}?q=nobody`)).text).to.contain('Nobody was found.')
    await signIn(portal.visitor('192.0.2.9'), 'mia', 'Wrong-1!')
    const page = await openPerson('mia')
    expect(page.heading).to.equal('Mia Tanaka')
    expect(page.text).to.contain('mia@harbour.example Verified').and.to.contain('A failed sign-in')
    expect(page.text).to.contain('Somebody who was not signed in · network 192.0.2.0/24')
  })

  it('sees a list in pages, and those of a group by themselves', async () => {
    for (let times = 0; times < 26; times += 1)
      await portal.within('harbour', (tx) =>
        tx.sql.raw(
          `insert into accounts (organization_id, id, full_name, role, state, security_epoch, created_at)
           values (?, gen_random_uuid(), ?, 'member', 'suspended', 0, ?)`,
          [tx.organizationId, `Person ${times}`, tx.now],
        ),
      )
    const first = names(await adam.open(PEOPLE))
    const next = adam.page.root.querySelector('a[rel=next]')?.getAttribute('href') ?? ''
    const second = names(await adam.open(next))
    expect([first.length, second.length, new Set([...first, ...second]).size]).to.deep.equal([25, 6, 31])
    expect(names(await adam.open(`${PEOPLE}?show=managers`))).to.have.members([
      'Olivia Santoso',
      'Adam Wirawan',
    ])
    expect(names(await adam.open(`${PEOPLE}?show=suspended`))).to.have.length(25)
  })

  it('invites somebody by email; who never came in is invited anew, and nobody after they have', async () => {
    await adam.open(`${PEOPLE}/new`)
    const page = await adam.press('Add them', { fullName: 'Sari Dewi', email: 'sari@lintas.example' })
    expect(page.heading).to.equal('Sari Dewi')
    expect(page.text).to.contain('A message with a link to set a password is on its way.')
    expect(page.text).to.contain('Sari Dewi was invited and has not set a password yet.')
    await portal.deliver()
    portal.clock.pass(DAY)
    expect((await portal.visitor().open(linkIn(portal.mailbox.at(-1)))).status).to.equal(410)
    await signIn(adam, 'adam')
    await adam.open(page.address)
    await adam.open(`${page.address}/way-in`)
    await adam.press('Send a new invitation')
    await portal.deliver()
    const sari = portal.visitor()
    await followLink(sari, linkIn(portal.mailbox.at(-1)))
    await createPassword(sari, NEW_PASSWORD, { terms: 'accepted' })
    expect(await canSignIn(portal, NEW_PASSWORD, 'sari@lintas.example')).to.equal(true)
    expect((await adam.open(`${page.address}/way-in`)).address).to.equal(page.address)
    expect(adam.page.text).to.contain('An invitation to choose a password was sent')
    expect(adam.page.text).to.contain('Adam Wirawan, who runs the organization')
    expect(adam.page.text).to.match(/An invitation was sent .{1,60} The portal/)
  })

  it('adds somebody without an address, and is shown an initial password this once', async () => {
    await adam.open(`${PEOPLE}/new`)
    const page = await adam.press('Add them', { fullName: 'Tono Hadi', username: 'Tono' })
    const initial = page.root.querySelector('.handed')?.textContent ?? ''
    expect(page.heading).to.equal('Hand this to Tono Hadi')
    expect(initial).to.match(/^\w{4}(-\w{4}){3}$/)
    expect((await openPerson('tono')).text).to.contain(
      'Tono Hadi has an initial password, which is good until',
    )
    expect(adam.page.body).to.not.contain(initial)
    const tono = portal.visitor()
    expect((await signIn(tono, 'tono', initial)).text).to.contain(
      'Adam Wirawan made the account tono ready for you',
    )
    await openDeed('tono', 'way-in')
    const again = await adam.press('Make a new initial password')
    const newer = again.root.querySelector('.handed')?.textContent ?? ''
    expect(newer).to.not.equal(initial)
    expect((await signIn(portal.visitor(), 'tono', initial)).status, 'the one before').to.equal(422)
    await signIn(tono, 'tono', newer)
    expect((await createPassword(tono, NEW_PASSWORD, { terms: 'accepted' })).address).to.match(
      /^\/harbour\/account/,
    )
  })

  it('is told at each field what is wrong, and loses nothing that was typed', async () => {
    await adam.open(`${PEOPLE}/new`)
    const empty = await adam.press('Add them', { fullName: 'Tono Hadi' })
    expect([empty.status, ...empty.problemsAt('email')]).to.deep.equal([
      422,
      'Give an email address, or else a username below',
    ])
    const wrong = await adam.press('Add them', { fullName: '', email: 'tono@', username: 'to no' })
    for (const name of ['fullName', 'email', 'username'])
      expect(wrong.problemsAt(name), name).to.have.length(1)
    const half = await adam.press('Add them', { fullName: 'Tono Hadi', email: 'tono@', username: 'to no' })
    expect(half.problemsAt('fullName')).to.have.length(0)
    expect(half.root.querySelector('#fullName')?.getAttribute('value')).to.equal('Tono Hadi')
    const taken = await adam.press('Add them', { email: '', username: 'mia' })
    expect(taken.problemsAt('username')).to.deep.equal(['This username is taken. Choose another one.'])
  })

  it('starts a reset: the link goes to the person, whose own second lock is asked for as always', async () => {
    await portal.change('harbour', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, authenticator: 'challenge' },
    }))
    const noah = portal.visitor()
    await signInWithCode(portal, noah)
    portal.clock.pass(MINUTE)
    await openDeed(DEMO_AUTHENTICATOR.username, 'reset')
    expect(adam.page.text).to.contain('They need their authenticator app as always.')
    expect((await adam.press('Send the link')).text).to.contain('A link is on its way to them.')
    await portal.deliver()
    const [mail] = mailsTo(portal, 'noah@harbour.example')
    expect(mail?.subject).to.equal('Choose a new password for Harbour Cloud')
    const browser = portal.visitor()
    expect((await followLink(browser, linkIn(mail))).address).to.equal('/harbour/recover/authenticator')
    expect(await isSignedIn(noah, 'harbour'), 'nothing has changed yet').to.equal(true)
    await browser.press('Continue', { code: codeOfApp(portal.clock.now()) })
    expect((await createPassword(browser)).heading).to.equal('Your password is changed')
    expect(await isSignedIn(noah, 'harbour')).to.equal(false)
    expect((await openPerson('noah')).text).to.contain('A password reset was started by the organization')
  })

  it('removes a lost authenticator with a reason; the person is told, and can undo it', async () => {
    const noah = portal.visitor()
    await signInWithCode(portal, noah)
    await openDeed('noah', 'authenticator')
    expect((await adam.press('Remove it', { reason: ' ' })).problemsAt('reason')).to.deep.equal(['Say why'])
    const page = await adam.press('Remove it', { reason: 'Lost phone, came to the desk with a passport' })
    expect(page.text).to.contain('The authenticator app is removed')
    expect(deedsOn(page)).to.not.contain('Remove a lost authenticator app')
    expect(await isSignedIn(noah, 'harbour')).to.equal(false)
    expect((await signIn(portal.visitor(), 'noah')).address, 'the password alone').to.equal(
      '/harbour/account',
    )
    await portal.deliver()
    const [mail] = mailsTo(portal, 'noah@harbour.example')
    expect(mail?.text).to.contain('Somebody who runs Harbour Cloud did this').and.to.not.contain('Firefox')
    expect(mail?.text).to.match(/recover\/undo-change\?/)
    const events = await portal.within('harbour', (tx) =>
      tx.sql('audit_events').where('kind', 'authenticator.removed').select('detail'),
    )
    expect(events).to.have.length(1)
    expect(JSON.stringify(events)).to.contain('came to the desk with a passport')
  })

  it('suspends somebody, who is out at once and told, and lets them in again', async () => {
    const mia = portal.visitor()
    await signIn(mia, 'mia')
    await openDeed('mia', 'state')
    const page = await adam.press('Suspend')
    expect(page.text).to.contain('Mia Tanaka is suspended and cannot sign in.').and.not.contain('way back')
    expect(await isSignedIn(mia, 'harbour')).to.equal(false)
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(false)
    await openDeed('mia', 'state')
    await adam.press('Let them in again')
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
    await portal.deliver()
    const mails = mailsTo(portal, 'mia@harbour.example').map(({ text }) => text)
    expect(mails[0]).to.contain('suspended your account')
    expect(mails[1]).to.contain('opened your account again')
  })

  it('deletes somebody who says goodbye: nothing of them is left but the log, and the last message', async () => {
    const id = await idOf(portal, 'mia')
    await openDeed('mia', 'delete')
    expect(
      (await adam.press('Delete the account', { currentPassword: DEMO_PASSWORD })).problemsAt('understood'),
    ).to.have.length(1)
    const page = await adam.press('Delete the account', { currentPassword: DEMO_PASSWORD, understood: 'yes' })
    expect([page.address, page.text.includes('The account is deleted.')]).to.deep.equal([PEOPLE, true])
    expect((await adam.open(`${PEOPLE}/${id}`)).status).to.equal(404)
    expect(names(await adam.open(`${PEOPLE}?q=mia`))).to.deep.equal([])
    await portal.deliver()
    expect(mailsTo(portal, 'mia@harbour.example')[0]?.text).to.contain(
      'Somebody who runs Harbour Cloud deleted your account',
    )
  })

  it('who is left to others shows why nothing can be done: oneself, an owner', async () => {
    expect((await openPerson('adam')).text).to.contain(
      'This is you. You change your own account in My Account.',
    )
    expect(deedsOn(adam.page)).to.deep.equal([])
    expect((await openPerson('olivia')).text).to.contain('Only an owner can change the account of an owner.')
    expect(deedsOn(adam.page)).to.deep.equal([])
    await changeAccount(portal, 'harbour', 'mia', { protected_at: portal.clock.now() })
    const page = await openPerson('mia')
    expect(page.text).to.contain('This account is protected')
    expect(deedsOn(page)).to.not.contain('Start a password reset')
  })

  it('an owner gives somebody another role, which counts from the next request on', async () => {
    const olivia = portal.visitor()
    const mia = portal.visitor()
    await signIn(olivia, 'olivia')
    await signIn(mia, 'mia')
    portal.clock.pass(SECOND)
    await olivia.open(`${PEOPLE}/${await idOf(portal, 'mia')}/role`)
    expect((await olivia.press('Save the role', { role: 'administrator' })).text).to.contain(
      'The role is changed',
    )
    expect(await isSignedIn(mia, 'harbour')).to.equal(false)
    await signIn(mia, 'mia')
    expect((await mia.open(PEOPLE)).status).to.equal(200)
    await portal.deliver()
    expect(mailsTo(portal, 'mia@harbour.example')[0]?.text).to.contain(
      'you are an administrator of Harbour Cloud',
    )
  })
})
