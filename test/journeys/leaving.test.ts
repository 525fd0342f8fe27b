import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { DAY, SECOND } from '../../src/platform/clock.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import {
  canSignIn,
  changeAccount,
  createPassword,
  followLink,
  getLink,
  getVerification,
  isSignedIn,
  NEW_PASSWORD,
  RINAS_PASSWORD,
  signIn,
  verify,
} from '../support/steps.ts'
import { changePassword, mailsTo } from '../support/undoing.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const MIA = 'mia@harbour.example'
const LATER = 14 * DAY + SECOND

describe('somebody leaves', () => {
  let portal: Portal
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
  })
  afterEach(() => portal.close())

  async function askDeletion(visitor: Visitor, name = 'mia'): Promise<Page> {
    await signIn(visitor, name)
    await visitor.open('/harbour/account/delete')
    return visitor.press('Delete my account', { understood: 'yes', currentPassword: DEMO_PASSWORD })
  }

  async function keepHouseLater(): Promise<void> {
    portal.clock.pass(LATER)
    await portal.app.keepHouse()
    await portal.deliver()
  }

  const keepLink = () => {
    const [mail] = mailsTo(portal, MIA, 'will be deleted')
    return /http:\/\/\S+\/recover\/keep-account\?\S+/.exec(mail?.text ?? '')?.[0] ?? ''
  }

  it('takes a copy of their data first', async () => {
    await signIn(mia, 'mia')
    const page = await mia.open('/harbour/account/data')
    expect(page.text).to.contain('Of other people it says only that somebody was an administrator.')
    const file = await mia.submit('Download your data')
    expect(file.status).to.equal(200)
    expect(file.headers['content-disposition']).to.match(
      /^attachment; filename="harbour-\d{4}-\d\d-\d\d\.json"$/,
    )
    expect(file.headers['cache-control']).to.equal('no-store')
    expect(file.headers['content-type']).to.contain('application/json')
    const copy = JSON.parse(file.body) as { version: number; profile: { fullName: string } }
    expect([copy.version, copy.profile.fullName]).to.deep.equal([1, 'Mia Tanaka'])
  })

  it('is told on every page and by mail, is signed out elsewhere, and keeps the account with one press', async () => {
    const elsewhere = portal.visitor()
    await signIn(elsewhere, 'mia')
    const page = await askDeletion(mia)
    expect(page.address).to.equal('/harbour/account')
    expect(await isSignedIn(elsewhere, 'harbour')).to.equal(false)
    await portal.deliver()
    expect(mailsTo(portal, MIA, 'will be deleted')).to.have.length(1)
    for (const path of ['', '/password', '/sessions', '/activity', '/data'])
      expect((await mia.open(`/harbour/account${path}`)).text).to.contain('Your account will be deleted')
    const kept = await mia.press('Keep my account')
    expect(kept.text).to.contain('Your account stays.').and.not.contain('will be deleted')
    await portal.deliver()
    expect(mailsTo(portal, MIA, 'stays')).to.have.length(1)
    await keepHouseLater()
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
  })

  it('still signs in and recovers meanwhile, and keeps it from the letter too, once', async () => {
    await askDeletion(mia)
    await followLink(mia, await getLink(portal, mia))
    await createPassword(mia)
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
    const stranger = portal.visitor()
    expect((await stranger.open(keepLink())).heading).to.equal('Keep your account?')
    const torn = await stranger.open(keepLink().replace(/token=.{5}/, 'token=AAAAA'))
    expect([torn.status, torn.heading]).to.deep.equal([410, 'Nothing to keep'])
    await mia.open(keepLink())
    expect((await mia.press('Keep my account')).text).to.contain('Your account stays.')
    expect((await mia.open(keepLink())).heading).to.equal('Nothing to keep')
    await keepHouseLater()
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })

  it('is deleted when the time has come, is told so, and signs up anew with the same address', async () => {
    await askDeletion(mia)
    portal.clock.pass(14 * DAY - SECOND)
    await portal.app.keepHouse()
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
    await keepHouseLater()
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(false)
    const [last] = mailsTo(portal, MIA, 'was deleted')
    expect(last?.text)
      .to.contain('This is the last message to you')
      .and.contain('Hello,')
      .and.not.contain('Mia')
    await portal.change('harbour', (settings) => ({
      ...settings,
      signUp: { ...settings.signUp, mode: 'open' },
    }))
    const again = portal.visitor()
    const verified = await verify(again, await getVerification(portal, again, { email: MIA }))
    expect(verified.heading).to.equal('Verification successful.')
    expect((await signIn(again, MIA, RINAS_PASSWORD)).heading).to.equal('Hello, Rina Wulandari')
  })

  it('sees on which day it will be before asking: later, while a change of the account can be undone for long', async () => {
    await signIn(mia, 'mia')
    expect((await mia.open('/harbour/account/delete')).text)
      .to.contain('is deleted on March 16, 2026')
      .and.not.contain('later than')
    await changePassword(mia, 'harbour')
    for (const [days, day, isLater] of [
      [15, 'April 1', true],
      [5, 'April 5', false],
    ] as const) {
      portal.clock.pass(days * DAY)
      await signIn(mia, 'mia', NEW_PASSWORD)
      const page = await mia.open('/harbour/account/delete')
      expect(page.text).to.contain(`is deleted on ${day}, 2026`)
      expect(page.text.includes('That is later than the usual two weeks'), day).to.equal(isLater)
    }
  })

  it('does not leave as the only owner: the page says why, and who could be made one', async () => {
    const olivia = portal.visitor()
    const refused = await signIn(olivia, 'olivia').then(() => olivia.open('/harbour/account/delete'))
    expect(refused.text).to.contain('You are the only owner of Harbour Cloud').and.contain('Adam')
    expect(refused.root.querySelectorAll('main form')).to.have.length(0)
    await olivia.open('/harbour/account/password')
    const sent = await olivia.send('POST', '/harbour/account/delete', {
      csrf: olivia.csrf,
      understood: 'yes',
      currentPassword: DEMO_PASSWORD,
    })
    expect(sent.location).to.equal('/harbour/account/delete')
    await keepHouseLater()
    expect(await canSignIn(portal, DEMO_PASSWORD, 'olivia')).to.equal(true)
  })

  it('stays and is told, who has become the only owner by the time', async () => {
    await changeAccount(portal, 'harbour', 'mia', { role: 'owner' })
    await askDeletion(mia)
    await changeAccount(portal, 'harbour', 'olivia', { role: 'member' })
    await keepHouseLater()
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
    expect(mailsTo(portal, MIA, 'stays')[0]?.text).to.contain(
      'you have become the only owner of the organization since',
    )
    await signIn(mia, 'mia')
    expect(mia.page.text).to.not.contain('will be deleted')
  })
})
