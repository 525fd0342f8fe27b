import { expect } from 'chai'
import { createSmtpSender } from '../../src/delivery/senders/smtp.ts'
import { HOUR, MINUTE } from '../../src/platform/clock.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { until } from '../database/embedded-rig.ts'
import { fingerprint } from '../support/fingerprint.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { startMailServer, type MailServer } from '../support/smtp.ts'
import { askForLink, canSignIn, createPassword, followLink, NEW_PASSWORD } from '../support/steps.ts'

const MIA = 'mia@harbour.example'

describe('faults: the mail server refuses, or is slow', () => {
  let portal: Portal
  let mail: MailServer

  beforeEach(async () => {
    mail = await startMailServer()
    const from = 'Latchkey <demo@latchkey.example>'
    portal = await openPortal({
      lanes: 'own',
      sender: createSmtpSender({ url: mail.url, from, publicUrl: 'http://localhost' }),
    })
  })
  afterEach(async () => {
    await portal.close()
    await mail.close()
  })

  it('DF-03: "come back later" is tried again, later and later, with a link made for that try', async () => {
    mail.treatment = { kind: 'refuse-content', code: 451 }
    await askForLink(portal.visitor(), MIA)
    for (let minute = 1; minute <= 8; minute += 1) {
      await portal.deliver()
      portal.clock.pass(MINUTE)
    }
    mail.treatment = { kind: 'accept' }
    portal.clock.pass(5 * MINUTE)
    await portal.deliver()
    await mail.arrivalOf(1)
    portal.clock.pass(5 * MINUTE - 1000)
    expect((await portal.visitor().open(linkIn(mail))).status).to.equal(200)
  })

  it('DF-03: "never" is not tried again, and is kept for who looks after the organization', async () => {
    mail.treatment = { kind: 'refuse-recipient', code: 550 }
    await askForLink(portal.visitor(), MIA)
    await portal.deliver()
    mail.treatment = { kind: 'accept' }
    portal.clock.pass(HOUR)
    await portal.deliver()
    expect(mail.arrived).to.have.length(0)
    const [message] = await portal.within('harbour', (tx) =>
      tx.rows<{ organization_id: string; state: string; fault: string }>('messages'),
    )
    expect(message?.state).to.equal('failed')
    expect(message?.fault).to.be.a('string').and.not.contain('mia')
  })

  it('DF-04: a server that never answers holds up no page, and no more than five connections', async () => {
    mail.treatment = { kind: 'tarpit' }
    const before = fingerprint(await askForLink(portal.visitor(), MIA))
    for (const slug of ['harbour', 'meadow', 'acme', 'lantern']) {
      for (const name of ['olivia', 'adam', 'noah'])
        await askForLink(portal.visitor(), `${name}@${slug}.example`, slug)
    }
    const round = portal.app.dispatch()
    await until('the lanes are all held up', () => mail.busiest >= 5)
    expect(fingerprint(await askForLink(portal.visitor(), MIA))).to.deep.equal(before)
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
    await mail.close()
    await round
    expect(mail.busiest).to.equal(5)
  })

  it('DF-09: a change stands although its notice cannot be delivered, for three days of tries and after', async () => {
    await askForLink(portal.visitor(), MIA)
    await portal.deliver()
    const mia = portal.visitor()
    await followLink(mia, linkIn(mail))
    await createPassword(mia)
    mail.treatment = { kind: 'refuse-content', code: 451 }
    for (let hour = 0; hour <= 72; hour += 8) {
      await portal.deliver()
      portal.clock.pass(8 * HOUR)
    }
    const notice = await portal.within('harbour', (tx) =>
      tx
        .rows<{ organization_id: string; template: string; state: string; tries: number }>('messages')
        .where('template', 'password-changed')
        .first(),
    )
    expect(notice?.state).to.equal('dropped')
    expect(notice?.tries).to.be.at.least(9)
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })

  it('DF-10: the mail has text and HTML, says who sends it and how long it works, and loads and tells nothing', async () => {
    await portal.within('harbour', (tx) =>
      tx.sql('organizations').where('id', tx.organizationId).update({ name: 'Harbour <b>&</b> Sons' }),
    )
    await askForLink(portal.visitor(), MIA)
    await portal.deliver()
    const [{ raw, readable } = { raw: '', readable: '' }] = mail.arrived
    expect(raw)
      .to.match(/Content-Type: text\/plain/i)
      .and.match(/Content-Type: text\/html/i)
    expect(readable).to.contain('5 minutes').and.contain('Harbour &lt;b&gt;&amp;&lt;/b&gt; Sons')
    const html = readable.slice(readable.indexOf('<!doctype html>'))
    expect(html).to.not.match(/<(img|script|link|iframe)|url\(|Harbour <b>/i)
    const addresses = [...readable.matchAll(/https?:\/\/[^\s"<]+/g)].map(
      ([address]) => new URL(address).origin,
    )
    expect(new Set(addresses)).to.deep.equal(new Set([portal.url]))
    expect(readable).to.not.contain(DEMO_PASSWORD)
  })

  it('DF-11: a hundred requests from a hundred places send three mails an hour and ten a day, with one answer', async () => {
    const answers = new Set<string>()
    for (let hour = 1; hour <= 4; hour += 1) {
      const visitors = Array.from({ length: 25 }, () => portal.visitor())
      const pages = await Promise.all(visitors.map((visitor) => askForLink(visitor, MIA)))
      for (const page of pages) answers.add(JSON.stringify(fingerprint(page)))
      await portal.deliver()
      expect(mail.arrived.length).to.equal([3, 6, 9, 10][hour - 1])
      portal.clock.pass(HOUR)
    }
    expect(answers).to.have.length(1)
  })

  function linkIn({ arrived }: MailServer): string {
    const path = /\/harbour\/recover\/link\?token=[A-Za-z0-9_-]{43}/.exec(arrived.at(-1)?.readable ?? '')?.[0]
    return portal.url + (path ?? '')
  }
})
