import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { canSignIn, createPassword, followLink, getLink, NEW_PASSWORD } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

describe('"This wasn’t me", in the mail of a request', () => {
  let portal: Portal
  let mia: Visitor
  let link: string
  let notMe: string

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
    link = await getLink(portal, portal.visitor())
    notMe = link.replace('/recover/link?', '/recover/not-me?')
  })
  afterEach(() => portal.close())

  it('is a link in the mail, as text and as HTML', () => {
    const [mail] = portal.mailbox
    expect(mail?.text).to.contain(notMe)
    expect(mail?.html).to.contain(`href="${notMe.replaceAll('&', '&amp;')}"`)
  })

  it('changes nothing when it is only opened, by a mail scanner say', async () => {
    for (let opened = 1; opened <= 3; opened += 1)
      expect((await mia.open(notMe)).heading).to.equal('This wasn’t you?')
    await followLink(mia, link)
    expect((await createPassword(mia)).address).to.equal('/harbour/recover/done')
  })

  it('cancels that request when its button is pressed, and no other', async () => {
    const own = await getLink(portal, mia)
    await mia.open(notMe)
    const cancelled = await mia.press('This wasn’t me, cancel it')
    expect(cancelled.address).to.equal('/harbour/recover/ended/cancelled')
    expect((await mia.open(link)).heading).to.equal('This request was cancelled')
    expect((await followLink(mia, own)).address).to.equal('/harbour/recover/password')
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
  })

  it('stops a thief in the mailbox who is about to choose the password', async () => {
    const thief = portal.visitor()
    await followLink(thief, link)
    await mia.open(notMe)
    await mia.press('This wasn’t me, cancel it')
    expect((await createPassword(thief)).address).to.equal('/harbour/recover/ended/cancelled')
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(false)
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
  })

  it('says when the request is over already, or was never ours', async () => {
    await followLink(mia, link)
    await createPassword(mia)
    expect((await portal.visitor().open(notMe)).heading).to.equal('This link has been used')
    const unknown = await mia.open(notMe.replace(/token=.{5}/, 'token=AAAAA'))
    expect([unknown.status, unknown.heading]).to.deep.equal([404, 'We do not know this link'])
    expect(linkIn(portal.mailbox[0])).to.equal(link)
  })
})
