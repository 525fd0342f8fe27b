import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { asking } from '../support/desk.ts'
import { askForEmail, getPhoneCode, PROFILE } from '../support/contacts.ts'
import { invite } from '../support/people.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import {
  canSignIn,
  createPassword,
  followLink,
  getLink,
  isSignedIn,
  NEW_PASSWORD,
  signIn,
} from '../support/steps.ts'
import { changePassword, mailsTo } from '../support/undoing.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const ACTIVITY = '/harbour/account/activity'

describe('somebody reads what happened to their account', () => {
  let portal: Portal
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor('192.0.2.7')
    await signIn(mia, 'mia')
    portal.clock.pass(SECOND)
  })
  afterEach(() => portal.close())

  it('finds it in the navigation: what it was, when, by whom and from which network, newest first', async () => {
    await changePassword(mia, 'harbour')
    const page = await mia.open(ACTIVITY)
    expect(page.root.querySelector('.places [aria-current]')?.textContent).to.equal('Activity')
    expect(linesOf(page)).to.deep.equal(['The password was changed', 'Signed in'])
    const [newest] = page.root.querySelectorAll('.timeline li')
    expect(newest?.querySelector('.who')?.textContent).to.equal('You · network 192.0.2.0/24')
    expect(newest?.querySelector('time')?.getAttribute('datetime')).to.equal(portal.clock.now().toISOString())
  })

  it('sees many failed tries of strangers as one line, told apart in words', async () => {
    const stranger = portal.visitor('203.0.113.9')
    for (let tries = 0; tries < 4; tries += 1) {
      await signIn(stranger, 'mia', `Wrong-${tries}!`)
      portal.clock.pass(MINUTE)
    }
    const page = await mia.open(ACTIVITY)
    expect(linesOf(page)).to.deep.equal(['4 failed sign-ins Refused', 'Signed in'])
    const [tries] = page.root.querySelectorAll('.timeline li')
    expect(tries?.querySelector('.who')?.textContent).to.equal(
      'Somebody who was not signed in · network 203.0.113.0/24',
    )
    expect(tries?.querySelector('.when')?.textContent).to.match(/^Between .+ and .+/)
  })

  it('sees by name who of their organization did something', async () => {
    const desk = asking(portal, 'harbour')
    await desk.ask(portal.visitor(), 'mia')
    portal.clock.pass(SECOND)
    await desk.refuse('mia', 'adam')
    const page = await mia.open(ACTIVITY)
    expect(linesOf(page)[0]).to.equal('A request to let you back in was refused')
    const [refused] = page.root.querySelectorAll('.timeline .who')
    expect(refused?.textContent).to.match(/^Adam Wirawan, who runs the organization/)
  })

  it('goes back and forth through a long one by links', async () => {
    for (let times = 0; times < 30; times += 1) {
      await signIn(portal.visitor(), 'mia')
      portal.clock.pass(SECOND)
      if (times === 10) await signIn(portal.visitor(), 'mia', 'Wrong-1!')
      portal.clock.pass(SECOND)
    }
    mia = portal.visitor()
    await signIn(mia, 'mia')
    const first = await mia.open(ACTIVITY)
    expect(linesOf(first)).to.have.length(26)
    expect(first.root.querySelector('a[rel=prev]')).to.equal(null)
    const second = await mia.open(first.root.querySelector('a[rel=next]')?.getAttribute('href') ?? '')
    expect(linesOf(second)).to.have.length(7)
    expect(second.root.querySelector('a[rel=next]')).to.equal(null)
    const back = await mia.open(second.root.querySelector('a[rel=prev]')?.getAttribute('href') ?? '')
    expect(linesOf(back)).to.deep.equal(linesOf(first))
    expect(timesOf(back)).to.deep.equal(timesOf(first))
    expect(new Set([...timesOf(first), ...timesOf(second)])).to.have.property('size', 33)
  })

  it('reads which of both was entered, an address or a number', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await askForEmail(mia, 'mia@new.example', 'acme')
    await mia.open(`/acme${PROFILE}`)
    await mia.press('Forget this address')
    portal.clock.pass(SECOND)
    await getPhoneCode(portal, mia)
    const page = await mia.open('/acme/account/activity')
    expect(linesOf(page)).to.deep.equal([
      'A new mobile number was entered',
      'A new email address was taken back before it counted',
      'A new email address was entered',
      'Signed in',
    ])
  })

  it('reads of an invitation, and of no reset, who was invited', async () => {
    const tono = portal.visitor()
    const link = await invite(portal, 'harbour', 'tono@lintas.example', '--as', 'adam')
    await followLink(tono, link)
    await createPassword(tono, NEW_PASSWORD, { terms: 'accepted' })
    await portal.visitor().open(link)
    portal.clock.pass(SECOND)
    await signIn(tono, 'tono@lintas.example', NEW_PASSWORD)
    const page = await tono.open(ACTIVITY)
    expect(linesOf(page)).to.deep.equal([
      'Signed in',
      'The first password was chosen',
      'The link of your invitation was followed',
      'An invitation was sent',
      'You were invited to choose a password',
      'The account was made for you',
    ])
    await followLink(tono, await getLink(portal, tono, 'tono@lintas.example'))
    expect(linesOf(await tono.open(ACTIVITY)).slice(0, 2), 'a later one is one').to.deep.equal([
      'A link to reset the password was followed',
      'A link to reset the password was sent',
    ])
  })

  it('stops a stranger’s request that is under way, and no other', async () => {
    const own = await getLink(portal, portal.visitor('192.0.2.8'))
    portal.clock.pass(SECOND)
    const link = await getLink(portal, portal.visitor('203.0.113.9'))
    const page = await mia.open(ACTIVITY)
    const open = page.root.querySelectorAll('.box').map((box) => box.textContent)
    expect(open).to.have.length(2)
    expect(open[0]).to.contain('Somebody asked to reset your password').and.contain('network 203.0.113.0/24')
    await mia.open(page.root.querySelector('.box a')?.getAttribute('href') ?? '')
    const stopped = await mia.press('This wasn’t me, stop it')
    expect(stopped.address).to.equal(ACTIVITY)
    expect(stopped.text).to.contain('The request is stopped.')
    expect(stopped.root.querySelectorAll('.box')).to.have.length(1)
    expect(linesOf(stopped)).to.include('A password reset was stopped as “This wasn’t me”')
    expect((await portal.visitor().open(link)).heading).to.equal('This request was cancelled')
    expect((await followLink(portal.visitor(), own)).address).to.equal('/harbour/recover/password')
  })

  it('stops a thief who is about to choose a password', async () => {
    const thief = portal.visitor()
    await followLink(thief, await getLink(portal, thief))
    const page = await mia.open(ACTIVITY)
    expect(page.text).to.contain('Somebody has used the message')
    await mia.open(page.root.querySelector('.box a')?.getAttribute('href') ?? '')
    await mia.press('This wasn’t me, stop it')
    expect((await createPassword(thief)).address).to.equal('/harbour/recover/ended/cancelled')
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
  })

  it('undoes a change that was not theirs, as its letter does', async () => {
    await changePassword(mia, 'harbour')
    const page = await mia.open(ACTIVITY)
    const undo = page.root.querySelector('.timeline a')?.getAttribute('href') ?? ''
    const asked = await mia.open(undo)
    expect(asked.text).to.contain('Everybody is signed out, you too')
    const unproven = await mia.press('Undo it and lock my account', { confirm: 'yes' })
    expect(unproven.problemsAt('currentPassword')).to.deep.equal(['Enter your current password'])
    const undone = await mia.press('Undo it and lock my account', {
      confirm: 'yes',
      currentPassword: NEW_PASSWORD,
    })
    expect(undone.heading).to.equal('The change is undone')
    expect(await isSignedIn(mia, 'harbour')).to.equal(false)
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(false)
    await portal.deliver()
    expect(mailsTo(portal, 'mia@harbour.example', 'is closed for now')).to.have.length(1)
  })
})

function linesOf(page: Page): string[] {
  return page.root
    .querySelectorAll('.timeline .what')
    .map((line) => line.textContent.replace(/\s+/g, ' ').trim())
}

function timesOf(page: Page): string[] {
  return page.root.querySelectorAll('.timeline time').map((time) => time.getAttribute('datetime') ?? '')
}
