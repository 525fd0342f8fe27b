import { inspect } from 'node:util'
import { expect } from 'chai'
import { SendFault, type Sms, type SmsSender } from '../../../src/delivery/senders/sender.ts'
import { createTwilioSender, outcomeOf } from '../../../src/delivery/senders/twilio.ts'
import { MINUTE } from '../../../src/platform/clock.ts'
import { stoppedClock } from '../../support/clock.ts'
import { startTextProvider, type TextProvider, type TextTreatment } from '../../support/twilio.ts'
import { PHONE, PUBLIC_URL } from '../rig.ts'

const sms: Sms = {
  organizationId: '0195a000-0000-7000-8000-000000000001',
  messageId: '0195a000-0000-7000-8000-000000000002',
  tryNumber: 1,
  to: PHONE,
  text: 'Zoë & 港: 100% #1\n\n@account.example.org #123456',
}

describe('The Twilio sender', () => {
  const clock = stoppedClock()
  let provider: TextProvider
  beforeEach(async () => (provider = await startTextProvider()))
  afterEach(() => provider.close())

  const senderWith = (change: Partial<TextProvider['account']> = {}, publicUrl = PUBLIC_URL): SmsSender =>
    createTwilioSender({ account: { ...provider.account, ...change }, publicUrl, clock, timeoutMs: 300 })

  it('hands a text over as it is, with an address for reports, and returns its id', async () => {
    const id = await senderWith().send(sms)
    const { sid, ...taken } = provider.taken[0]!
    expect(id).to.equal(sid)
    expect(taken).to.deep.equal({
      to: PHONE,
      from: '+15005550006',
      body: sms.text,
      statusCallback: `${PUBLIC_URL}/hooks/twilio/${sms.organizationId}/${sms.messageId}`,
    })
  })

  it('asks for no reports that could not reach it', async () => {
    await senderWith({}, 'http://localhost:3000').send(sms)
    expect(provider.taken[0]?.statusCallback).to.equal(null)
  })

  it('lets a messaging service choose the number', async () => {
    const from = `MG${'0'.repeat(32)}`
    await senderWith({ from }).send(sms)
    expect(provider.taken[0]?.from).to.equal(from)
  })

  const treatments: [TextTreatment, string][] = [
    [{ kind: 'refuse', status: 400, code: 21211 }, 'never: twilio 400 21211'],
    [{ kind: 'refuse', status: 400, code: 21610 }, 'never: twilio 400 21610'],
    [{ kind: 'refuse', status: 400, code: 21408 }, 'never: twilio 400 21408'],
    [{ kind: 'refuse', status: 403, code: 60410 }, 'never: twilio 403 60410'],
    [{ kind: 'refuse', status: 400, code: 99999 }, 'never: twilio 400 99999'],
    [{ kind: 'refuse', status: 401, code: 20003 }, 'never: twilio 401 20003'],
    [{ kind: 'refuse', status: 429, code: 20429 }, 'again: twilio 429 20429'],
    [{ kind: 'refuse', status: 429, code: 20429, retryAfter: '7' }, 'again after 7000: twilio 429 20429'],
    [{ kind: 'refuse', status: 429, code: 20429, retryAfter: '61' }, 'never: twilio 429 20429'],
    [{ kind: 'refuse', status: 500, code: 20500 }, 'again: twilio 500 20500'],
    [{ kind: 'refuse', status: 503, code: 20503, retryAfter: '3' }, 'again after 3000: twilio 503 20503'],
    [{ kind: 'broken', status: 502 }, 'again: twilio 502'],
    [{ kind: 'broken', status: 200 }, 'again: twilio unreadable'],
    [{ kind: 'broken', status: 302 }, 'never: twilio 302'],
    [{ kind: 'broken', status: 403 }, 'never: twilio 403'],
    [{ kind: 'garbled' }, 'again: twilio unreadable'],
    [{ kind: 'silent' }, 'again: twilio timeout'],
    [{ kind: 'hang-up' }, 'again: twilio connection'],
  ]
  for (const [treatment, outcome] of treatments)
    it(`answers ${JSON.stringify(treatment)} by "${outcome}", asking once`, async () => {
      provider.treatment = treatment
      expect(told(await faultOf(senderWith(), sms))).to.equal(outcome)
      expect(provider.asked).to.equal(1)
    })

  it('tries again after a refused connection', async () => {
    await provider.close()
    expect(told(await faultOf(senderWith(), sms))).to.equal('again: twilio connection')
    provider = await startTextProvider()
  })

  it('DF-05: asks nothing for a minute of an account that was refused as a whole, and then once more', async () => {
    const refusals: TextTreatment[] = [
      { kind: 'refuse', status: 401, code: 20003 },
      { kind: 'refuse', status: 403, code: 20005 },
      { kind: 'broken', status: 402 },
    ]
    for (const treatment of refusals) {
      const [sender, before] = [senderWith(), provider.asked]
      provider.treatment = treatment
      await faultOf(sender, sms)
      expect(told(await faultOf(sender, sms))).to.equal('never: twilio account')
      clock.pass(MINUTE - 1)
      await faultOf(sender, sms)
      expect(provider.asked).to.equal(before + 1)
      clock.pass(1)
      provider.treatment = { kind: 'accept' }
      expect(await sender.send(sms)).to.match(/^SM/)
    }
  })

  it('DF-06: goes on asking after a refusal of one text, whatever its code', async () => {
    const sender = senderWith()
    for (const code of [21610, 21408, 60410, 30006, 88888, -1]) {
      provider.treatment = { kind: 'refuse', status: 403, code }
      await faultOf(sender, sms)
    }
    provider.treatment = { kind: 'accept' }
    expect(await sender.send(sms)).to.match(/^SM/)
  })

  it('is refused with wrong credentials, which no fault ever holds, nor the number or the text', async () => {
    const wrong = { authToken: 'canary-of-a-wrong-token' }
    for (const kind of ['silent', 'hang-up', 'garbled', 'accept'] as const) {
      provider.treatment = { kind }
      for (const fault of [await faultOf(senderWith(wrong), sms), await faultOf(senderWith(), sms)]) {
        const basic = Buffer.from(`${provider.account.accountSid}:`).toString('base64').slice(0, 40)
        const all = inspect(fault, { depth: 10, showHidden: true }) + JSON.stringify(fault)
        for (const secret of ['canary', basic, PHONE, '123456']) expect(all).not.to.contain(secret)
      }
    }
    expect(told(await faultOf(senderWith(wrong), sms))).to.equal('never: twilio 401 20003')
  })

  for (const to of ['12065550113', '+1206555O113', '+12065550113\n', '+1,+2', 'whatsapp:+12065550113', '']) {
    it(`sends nothing to ${JSON.stringify(to)}`, async () => {
      expect(told(await faultOf(senderWith(), { ...sms, to }))).to.equal('never: bad recipient')
      expect(provider.asked).to.equal(0)
    })
  }
})

describe('A report of Twilio’s', () => {
  it('says whether a text arrived, or why it did not, or nothing yet', () => {
    const said = (MessageStatus: string, ErrorCode = '') => outcomeOf({ MessageStatus, ErrorCode })
    expect(said('delivered')).to.deep.equal({ outcome: 'delivered' })
    expect(said('undelivered', '30006')).to.deep.equal({
      outcome: 'failed',
      label: 'twilio undelivered 30006',
    })
    expect(said('failed', '<script>')).to.deep.equal({ outcome: 'failed', label: 'twilio failed' })
    for (const status of ['queued', 'sending', 'sent', 'accepted', 'new in 2027'])
      expect(said(status)).to.equal(null)
    expect(outcomeOf({})).to.equal(null)
  })
})

/** The fault of a text; null when it was handed over. */
async function faultOf(sender: SmsSender, text: Sms): Promise<SendFault | null> {
  try {
    await sender.send(text)
    return null
  } catch (error) {
    if (!(error instanceof SendFault)) throw error
    return error
  }
}

function told(fault: SendFault | null): string {
  if (!fault) return 'sent'
  const { retry, retryAfterMs, label } = fault
  return `${retry ? 'again' : 'never'}${retry && retryAfterMs ? ` after ${retryAfterMs}` : ''}: ${label}`
}
