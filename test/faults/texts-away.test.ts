import { expect } from 'chai'
import { createTwilioSender } from '../../src/delivery/senders/twilio.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { fingerprint } from '../support/fingerprint.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { canSignIn, createPassword, followLink, NEW_PASSWORD } from '../support/steps.ts'
import { startTextProvider, type TextProvider, type TextTreatment } from '../support/twilio.ts'
import type { Page, Visitor } from '../support/visitor.ts'

describe('faults: the provider of texts is away', () => {
  let portal: Portal
  let provider: TextProvider

  beforeEach(async () => {
    provider = await startTextProvider()
    const clock = { now: () => portal.clock.now() }
    portal = await openPortal({
      config: (config) => ({ ...config, sms: provider.account }),
      smsSender: createTwilioSender({
        account: provider.account,
        publicUrl: 'http://localhost',
        clock,
        timeoutMs: 200,
      }),
    })
  })
  afterEach(async () => {
    await portal.close()
    await provider.close()
  })

  /** Asks for a code at an organization that offers links as well. */
  async function askForCode(visitor: Visitor, identifier: string): Promise<Page> {
    await visitor.open('/summit/recover')
    await visitor.press('Proceed', { identifier })
    return visitor.press('Proceed', { method: 'sms-code' })
  }
  async function deliverAll(): Promise<void> {
    for (let minute = 0; minute < 3; minute += 1) {
      await portal.deliver()
      portal.clock.pass(MINUTE)
    }
  }

  it('sets a new password with a code that came through the provider, when it is not', async () => {
    const visitor = portal.visitor()
    await askForCode(visitor, 'mia')
    await portal.deliver()
    const { to, body } = provider.taken[0]!
    expect(to).to.equal('+13035550113')
    expect(body)
      .to.contain('Summit Identity')
      .and.to.match(/\n@localhost(:\d+)? #\d{8}$/)
    await visitor.press('Continue', { code: body.slice(-8) })
    await createPassword(visitor)
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia', 'summit')).to.equal(true)
  })

  const treatments: TextTreatment[] = [
    { kind: 'refuse', status: 500, code: 20500 },
    { kind: 'refuse', status: 429, code: 20429, retryAfter: '30' },
    { kind: 'refuse', status: 401, code: 20003 },
    { kind: 'refuse', status: 400, code: 21610 },
    { kind: 'silent' },
    { kind: 'hang-up' },
  ]
  for (const treatment of treatments)
    it(`DF-05, DF-06: shows the page of nobody and mails a link instead where it is ${JSON.stringify(treatment)}`, async () => {
      provider.treatment = treatment
      const [mia, nobody] = [portal.visitor(), portal.visitor()]
      const shown = fingerprint(await askForCode(mia, 'mia'))
      expect(shown).to.deep.equal(fingerprint(await askForCode(nobody, 'nobody')))
      await deliverAll()
      expect(provider.asked).to.be.at.most(2)
      const later = [await mia.open('/summit/recover/code'), await nobody.open('/summit/recover/code')]
      expect(fingerprint(later[0]!)).to.deep.equal(fingerprint(later[1]!))
      expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['mia@summit.example'])
      const elsewhere = portal.visitor()
      await followLink(elsewhere, linkIn(portal.mailbox[0]))
      await createPassword(elsewhere)
      expect(await canSignIn(portal, NEW_PASSWORD, 'mia', 'summit')).to.equal(true)
    })

  it('AL-02: keeps credentials, numbers and codes out of the log, whatever goes wrong', async () => {
    // No more than a number gets in a day.
    for (const kind of ['silent', 'hang-up', 'garbled'] as const) {
      provider.treatment = { kind }
      await askForCode(portal.visitor(), 'noah')
      await deliverAll()
      portal.clock.pass(60 * MINUTE)
    }
    const logged = portal.logged.join('')
    expect(logged).to.contain('twilio')
    const codes = provider.taken.map(({ body }) => body.slice(-8))
    expect(codes).not.to.deep.equal([])
    for (const secret of [provider.account.authToken, 'Basic ', '+13035550114', ...codes])
      expect(logged).not.to.contain(secret)
  })
})
