import { expect } from 'chai'
import { createSmtpSender } from '../../src/delivery/senders/smtp.ts'
import { HOUR, MINUTE } from '../../src/platform/clock.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { fingerprint } from '../support/fingerprint.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { startMailServer, type MailServer } from '../support/smtp.ts'
import { askForLink, createPassword, followLink, signIn } from '../support/steps.ts'
import { freePort } from './process.ts'

describe('faults: the mail server is away', () => {
  let portal: Portal
  let mail: MailServer
  let port: number

  beforeEach(async () => {
    port = await freePort()
    portal = await openPortal({
      sender: createSmtpSender({
        url: `smtp://127.0.0.1:${port}`,
        from: 'Latchkey <demo@latchkey.example>',
        publicUrl: 'http://localhost',
      }),
    })
  })
  afterEach(async () => {
    await portal.close()
    await mail.close()
  })

  it('DF-01: shows the same pages, keeps the mail, and sends it with a link that is fresh when it is back', async () => {
    const asking = portal.visitor()
    const away = fingerprint(await askForLink(asking, 'mia@harbour.example'))
    for (let minute = 1; minute <= 10; minute += 1) {
      await portal.deliver()
      portal.clock.pass(MINUTE)
    }
    mail = await startMailServer({ port })
    portal.clock.pass(5 * MINUTE)
    const back = fingerprint(await askForLink(portal.visitor(), 'nobody@harbour.example'))
    await portal.deliver()
    await mail.arrivalOf(1)
    expect(away).to.deep.equal(back)
    portal.clock.pass(5 * MINUTE - 1000)
    await followLink(asking, linkOf(mail))
    expect((await createPassword(asking)).address).to.equal('/harbour/recover/done')
  })

  it('DF-01: drops a request that is older than six hours, and records that', async () => {
    await askForLink(portal.visitor(), 'mia@harbour.example')
    await portal.deliver()
    portal.clock.pass(6 * HOUR)
    mail = await startMailServer({ port })
    await portal.deliver()
    expect(mail.arrived).to.have.length(0)
    const [row] = await portal.within('harbour', (tx) =>
      tx.rows<{ organization_id: string; state: string; fault: string }>('messages'),
    )
    expect(row).to.include({ state: 'dropped', fault: 'too old' })
    const kinds = await portal.within('harbour', async (tx) => {
      const rows = await tx.rows<{ organization_id: string; kind: string }>('audit_events').select('kind')
      return rows.map(({ kind }) => kind)
    })
    expect(
      kinds.some((kind) => /lost|withheld|dropped/.test(kind)),
      kinds.join(),
    ).to.equal(true)
  })

  it('DF-08: signing in, the account and its password work meanwhile, and the notice follows', async () => {
    const mia = portal.visitor()
    await signIn(mia, 'mia', DEMO_PASSWORD)
    await mia.open('/harbour/account/password')
    const fields = {
      currentPassword: DEMO_PASSWORD,
      password: 'Tr4vel-Lamp!9',
      confirmation: 'Tr4vel-Lamp!9',
    }
    expect((await mia.press('Change password', fields)).address).to.equal('/harbour/account')
    await portal.deliver()
    mail = await startMailServer({ port })
    portal.clock.pass(HOUR)
    await portal.deliver()
    await mail.arrivalOf(1)
    expect(mail.arrived[0]?.readable).to.contain('was changed')
  })

  function linkOf(server: MailServer): string {
    const path = /\/harbour\/recover\/link\?token=[A-Za-z0-9_-]{43}/.exec(
      server.arrived.at(-1)?.readable ?? '',
    )?.[0]
    return portal.url + (path ?? '')
  }
})
