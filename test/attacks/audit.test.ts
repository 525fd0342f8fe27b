import { expect } from 'chai'
import type { TenantRow } from '../../src/database/transaction.ts'
import { createSmtpSender } from '../../src/delivery/senders/smtp.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { startMailServer, type MailServer } from '../support/smtp.ts'
import { askForLink, createPassword, followLink, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'
import { dumpEverything } from './dump.ts'

const CANARY = 'Canary-Zx81-Lamp!'

interface AuditColumns extends TenantRow {
  at: Date
  kind: string
  outcome: string
  actor: string
  actor_id: string | null
  subject_id: string | null
  address: string | null
  request_id: string | null
  detail: Record<string, unknown>
}

describe('attacks: what is written down', () => {
  let portal: Portal
  let mia: Visitor

  describe('in a journey through everything there is', () => {
    before(async () => {
      portal = await openPortal()
      mia = portal.visitor()
      await journey()
    })
    after(() => portal.close())

    it('AL-01: no password, link or cookie is in any line of the log, at its most talkative', () => {
      const secrets = [
        CANARY,
        DEMO_PASSWORD,
        tokenOf(linkIn(portal.mailbox[0])),
        mia.csrf,
        ...mia.cookies.values(),
      ]
      expect(portal.logged.length).to.be.at.least(15)
      for (const secret of secrets) expect(portal.logged.join('\n').includes(secret), secret).to.equal(false)
    })

    it('AL-03: each event says when, who, about whom, from where, in which request and how it ended', async () => {
      const events = await eventsOf('harbour')
      expect(new Set(events.map(({ kind }) => kind))).to.deep.equal(
        new Set([
          'recovery.requested',
          'recovery.link-minted',
          'recovery.link-followed',
          'recovery.completed',
          'sign-in.failed',
          'sign-in.succeeded',
          'step-up.refused',
          'step-up.passed',
          'password.changed',
          'sign-out',
        ]),
      )
      for (const event of events) {
        expect(event.at, event.kind).to.deep.equal(portal.clock.now())
        expect(event.outcome, event.kind).to.be.oneOf(['success', 'refused'])
        if (event.kind !== 'recovery.requested') expect(event.subject_id, event.kind).to.be.a('string')
        if (event.actor === 'system') continue
        expect(event.address, event.kind).to.equal('198.51.100.0/24')
        const lines = portal.logged.filter((line) => line.includes(event.request_id ?? '-'))
        expect(lines, `${event.kind} leads to its request`).to.have.length(1)
      }
      const opened = events.find(({ kind }) => kind === 'sign-in.succeeded')
      expect(opened?.detail).to.deep.equal({ factors: 'password' })
      expect(opened?.actor_id).to.equal(opened?.subject_id)
      expect(events.find(({ kind }) => kind === 'sign-in.failed')?.actor_id, 'nobody was proven').to.equal(
        null,
      )
    })

    it('AL-07: the log of requests has paths without their query, and no identifier', () => {
      const lines = portal.logged.filter((line) => line.includes('"msg":"request"'))
      expect(lines.some((line) => line.includes('/harbour/recover/link'))).to.equal(true)
      for (const line of lines) expect(line).to.not.match(/\?|token=|mia@|identifier/)
    })
  })

  it('AL-02: no link and no address is in the log either when mail is refused in every way, or its server is gone', async () => {
    const mail = await startMailServer()
    const sender = createSmtpSender({
      url: mail.url,
      from: 'Latchkey <demo@latchkey.example>',
      publicUrl: 'http://localhost',
    })
    portal = await openPortal({ sender })
    try {
      await everyFault(mail)
      const logged = portal.logged.join('\n')
      expect(logged).to.contain('failed')
      expect(logged).to.not.match(/token=|mia@harbour|Canary/)
    } finally {
      await portal.close()
      await mail.close()
    }
  })

  it('AL-07: what is typed where a name belongs, a password perhaps, is kept only as a keyed hash', async () => {
    portal = await openPortal()
    try {
      const typed = 'canary-zx81-lamp'
      const visitor = portal.visitor()
      await askForLink(visitor, typed, 'acme')
      await signIn(visitor, typed, 'x', 'acme')
      await signIn(visitor, CANARY, 'x', 'acme')
      await portal.deliver()
      const written = (await dumpEverything(portal)) + portal.logged.join('\n')
      expect(written.toLowerCase()).to.not.contain('canary')
      const asked = (await eventsOf('acme')).find(({ kind }) => kind === 'recovery.requested')
      expect(asked?.detail['identifier']).to.match(/^[A-Za-z0-9_-]{43}$/)
    } finally {
      await portal.close()
    }
  })

  /** Asked, sent, followed, set, refused, signed in, changed and signed out. */
  async function journey(): Promise<void> {
    await askForLink(mia, 'mia@harbour.example')
    await portal.deliver()
    await followLink(mia, linkIn(portal.mailbox[0]))
    await createPassword(mia, 'weak')
    await createPassword(mia, CANARY)
    await portal.deliver()
    await signIn(mia, 'mia', `${CANARY}-wrong`)
    await signIn(mia, 'mia', CANARY)
    await mia.open('/harbour/account/password')
    const fields = { password: DEMO_PASSWORD, confirmation: DEMO_PASSWORD }
    await mia.press('Change password', { currentPassword: `${CANARY}-wrong`, ...fields })
    await mia.press('Change password', { currentPassword: CANARY, ...fields })
    await mia.open('/harbour/account')
    await mia.press('Sign out')
  }

  async function everyFault(mail: MailServer): Promise<void> {
    for (const treatment of [
      { kind: 'refuse-recipient', code: 450 },
      { kind: 'refuse-recipient', code: 550 },
      { kind: 'refuse-content', code: 554 },
      { kind: 'refuse-sender', code: 550 },
    ] as const) {
      mail.treatment = treatment
      await askForLink(portal.visitor(), 'mia@harbour.example')
      await portal.deliver()
      portal.clock.pass(6 * MINUTE)
    }
    await mail.close()
    portal.clock.pass(60 * MINUTE)
    await askForLink(portal.visitor(), 'mia@harbour.example')
    await portal.deliver()
  }

  async function eventsOf(slug: string): Promise<AuditColumns[]> {
    return portal.within(slug, (tx) => tx.rows<AuditColumns>('audit_events').orderBy('id'))
  }
})

function tokenOf(link: string): string {
  return new URL(link).searchParams.get('token') ?? ''
}
