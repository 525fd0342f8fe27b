import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { SECOND } from '../../src/platform/clock.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { createPassword, followLink, getLink, NEW_PASSWORD, signIn } from '../support/steps.ts'

describe('Recovery over more than one browser, link and request', () => {
  let portal: Portal

  before(async () => {
    portal = await openPortal()
  })
  after(() => portal.close())

  it('goes on in the browser that pressed last, and the one before is out', async () => {
    const [laptop, phone] = [portal.visitor(), portal.visitor()]
    const link = await getLink(portal, laptop)
    await followLink(laptop, link)
    expect((await followLink(phone, link)).address).to.equal('/harbour/recover/password')

    const refused = await createPassword(laptop, 'Laptop-Choice-7!')
    expect(refused.address).to.equal('/harbour/recover')
    expect((await createPassword(phone)).address).to.equal('/harbour/recover/done')
    expect((await signIn(laptop, 'mia@harbour.example', 'Laptop-Choice-7!')).status).to.equal(422)
    expect((await signIn(phone, 'mia@harbour.example', NEW_PASSWORD)).status).to.equal(200)
  })

  it('does not let the browser that only asked take part after the mail is answered elsewhere', async () => {
    const [asker, reader] = [portal.visitor(), portal.visitor()]
    const link = await getLink(portal, asker, 'noah@harbour.example')
    await followLink(reader, link)
    expect((await asker.open('/harbour/recover/password')).address).to.equal('/harbour/recover/sent')
    await asker.press('I remember my password')
    expect((await createPassword(reader)).address, 'who asked cannot stop who answered').to.equal(
      '/harbour/recover/done',
    )
    expect((await reader.open(link)).heading).to.equal('This link has been used')
  })

  it('does not let the browser that only asked replace what is answered elsewhere by asking again', async () => {
    const [asker, reader] = [portal.visitor(), portal.visitor()]
    await followLink(reader, await getLink(portal, asker, 'mia@meadow.example', 'meadow'))
    await asker.open('/meadow/recover/sent')
    expect((await asker.press('Send it again')).address).to.equal('/meadow/recover/sent')
    await portal.deliver()
    expect((await createPassword(reader)).address).to.equal('/meadow/recover/done')
  })

  it('replaces the older link when one browser asks twice, and the newer works', async () => {
    const visitor = portal.visitor()
    const older = await getLink(portal, visitor, 'olivia@harbour.example')
    portal.clock.pass(20 * SECOND)
    const newer = await getLink(portal, visitor, 'olivia@harbour.example')
    const page = await visitor.open(older)
    expect(page.status).to.equal(410)
    expect(page.heading).to.equal('A newer link replaced this one')
    expect((await followLink(visitor, newer)).address).to.equal('/harbour/recover/password')
  })

  it('sends again from the page that says to check the email', async () => {
    const visitor = portal.visitor()
    const older = await getLink(portal, visitor, 'adam@harbour.example')
    portal.clock.pass(20 * SECOND)
    await visitor.open('/harbour/recover/sent')
    const again = await visitor.press('Send it again')
    expect(again.address).to.equal('/harbour/recover/sent')
    await portal.deliver()
    const newer = linkIn(portal.mailbox.at(-1))
    expect(portal.mailbox.at(-1)?.to).to.equal('adam@harbour.example')
    expect((await portal.visitor().open(older)).status).to.equal(410)
    expect((await followLink(visitor, newer)).address).to.equal('/harbour/recover/password')
  })

  it('keeps two organizations in one browser apart', async () => {
    const visitor = portal.visitor()
    await signIn(visitor, 'mia', DEMO_PASSWORD, 'summit')
    const link = await getLink(portal, visitor, 'mia', 'acme')
    await followLink(visitor, link)
    expect((await visitor.open('/summit/recover/password')).address).to.equal('/summit/recover')
    expect((await visitor.open(link.replace('/acme/', '/summit/'))).heading).to.equal(
      'We do not know this link',
    )
    await visitor.open('/acme/recover/password')
    expect((await createPassword(visitor)).address).to.equal('/acme/recover/done')
    expect((await visitor.open('/summit/account')).status, 'the session at Summit goes on').to.equal(200)
    expect((await signIn(portal.visitor(), 'mia', DEMO_PASSWORD, 'summit')).heading).to.contain('Mia')
  })
})
