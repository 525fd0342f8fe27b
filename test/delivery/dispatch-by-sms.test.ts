import { expect } from 'chai'
import { withOrganization } from '../../src/database/transaction.ts'
import { sentMessages } from '../../src/delivery/outbox.ts'
import { takeReport } from '../../src/delivery/reports.ts'
import { noSmsSender, SendFault, type SmsSender } from '../../src/delivery/senders/sender.ts'
import { createTwilioSender } from '../../src/delivery/senders/twilio.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { startTextProvider, type TextProvider, type TextTreatment } from '../support/twilio.ts'
import { openRig, PHONE, PUBLIC_URL, type Rig } from './rig.ts'

describe('dispatch, by text', () => {
  let rig: Rig
  let provider: TextProvider
  let smsSender: SmsSender
  beforeEach(async () => {
    rig = await openRig()
    provider = await startTextProvider()
    smsSender = createTwilioSender({
      account: provider.account,
      publicUrl: PUBLIC_URL,
      clock: rig.clock,
      timeoutMs: 200,
    })
  })
  afterEach(async () => {
    await provider.close()
    await rig.close()
  })

  /** Rounds of work, with all the time in between that a message can ask for. */
  async function workUntilIdle(): Promise<void> {
    while ((await rig.due()).length > 0) {
      await rig.work({ smsSender })
      rig.clock.pass(MINUTE)
    }
  }

  it('sends a code to a number and keeps the id under which reports will come', async () => {
    const id = await rig.queueCode()
    await rig.work({ smsSender })
    expect(provider.taken).to.have.length(1)
    expect(provider.taken[0]).to.include({ to: PHONE })
    expect(provider.taken[0]!.body).to.contain(rig.minted[0]).and.to.contain('Harbour')
    expect(await rig.message(id)).to.include({
      channel: 'sms',
      state: 'sent',
      provider_id: provider.taken[0]!.sid,
    })
  })

  const uncertain: TextTreatment[] = [
    { kind: 'refuse', status: 500, code: 20500 },
    { kind: 'refuse', status: 429, code: 20429, retryAfter: '7' },
    { kind: 'broken', status: 502 },
    { kind: 'silent' },
    { kind: 'hang-up' },
    { kind: 'garbled' },
  ]
  for (const treatment of uncertain)
    it(`DF-05: sends one more text at most where Twilio is ${JSON.stringify(treatment)}, and then calls it lost`, async () => {
      const id = await rig.queueCode()
      provider.treatment = treatment
      await workUntilIdle()
      expect(provider.asked).to.equal(2)
      expect(await rig.message(id)).to.include({ state: 'failed', tries: 2 })
      expect(rig.lost.map(({ messageId, name, data }) => ({ messageId, name, data }))).to.deep.equal([
        { messageId: id, name: 'recover-code', data: { attemptId: 'a1' } },
      ])
    })

  it('DF-05: leaves Twilio alone for as long as it asks', async () => {
    await rig.queueCode()
    provider.treatment = { kind: 'refuse', status: 429, code: 20429, retryAfter: '7' }
    await rig.work({ smsSender })
    rig.clock.pass(7 * SECOND - 1)
    expect(await rig.work({ smsSender })).to.equal(0)
    rig.clock.pass(1)
    provider.treatment = { kind: 'accept' }
    expect(await rig.work({ smsSender })).to.equal(1)
    expect(provider.taken).to.have.length(1)
    expect(rig.lost).to.deep.equal([])
  })

  it('DF-05: sends nothing with bad credentials, and tells at once, so that a mail can go instead', async () => {
    for (let person = 0; person < 6; person += 1) await rig.queueCode()
    provider.treatment = { kind: 'refuse', status: 401, code: 20003 }
    await workUntilIdle()
    expect(rig.lost).to.have.length(6)
    // As many as left before the first answer came.
    expect(provider.asked).to.be.at.most(5)
    expect(provider.taken).to.deep.equal([])
  })

  for (const code of [21610, 21408, 21614, 60410, 31999])
    it(`DF-06: does not repeat a text that is refused for good (${code})`, async () => {
      const id = await rig.queueCode()
      provider.treatment = { kind: 'refuse', status: 400, code }
      await workUntilIdle()
      expect(provider.asked).to.equal(1)
      expect(await rig.message(id)).to.include({ state: 'failed', fault: `twilio 400 ${code}` })
      expect(rig.lost).to.have.length(1)
      const line = rig.logLines.find((one) => one.includes(`twilio 400 ${code}`)) ?? ''
      expect(line).to.contain('"level":"error"').and.not.to.contain(PHONE)
    })

  it('is handed over by no third worker after two that died while they did', async () => {
    const id = await rig.queueCode()
    const died: SmsSender = { send: () => new Promise(() => undefined), close: () => Promise.resolve() }
    for (let worker = 1; worker <= 2; worker += 1) {
      void rig.work({ smsSender: died })
      while ((await rig.message(id)).tries < worker) await new Promise(setImmediate)
      rig.clock.pass(MINUTE)
    }
    await rig.work({ smsSender })
    expect(provider.asked).to.equal(0)
    expect(await rig.message(id)).to.include({ state: 'dropped', fault: 'tried often enough' })
    expect(rig.lost).to.have.length(1)
  })

  for (const retry of [true, false])
    it(`is lost once where its failure is reported while ${retry ? 'a' : 'the last'} try is under way`, async () => {
      const id = await rig.queueCode()
      const reported: SmsSender = {
        async send() {
          await withOrganization(rig.database, rig.harbour, (tx) =>
            takeReport(tx, (_tx, one) => Promise.resolve(void rig.lost.push(one)), {
              messageId: id,
              providerId: 'SM0',
              outcome: 'failed',
              label: 'twilio failed 30003',
            }),
          )
          throw new SendFault('twilio connection', { retry })
        },
        close: () => Promise.resolve(),
      }
      await rig.work({ smsSender: reported })
      expect(rig.lost.map(({ reason }) => reason)).to.deep.equal(['twilio failed 30003'])
      expect(await rig.message(id)).to.include({ state: 'failed', fault: 'twilio failed 30003' })
      expect(await rig.due()).to.deep.equal([])
    })

  it('is worth a quarter of an hour', async () => {
    const id = await rig.queueCode()
    rig.clock.pass(15 * MINUTE)
    await rig.work({ smsSender })
    expect([provider.asked, rig.minted]).to.deep.equal([0, []])
    expect(await rig.message(id)).to.include({ state: 'dropped', fault: 'too old' })
    expect(rig.lost[0]).to.include({ name: 'recover-code', reason: 'too old' })
  })

  it('is lost at once where no provider is configured', async () => {
    await rig.queueCode()
    await rig.work({ smsSender: noSmsSender })
    expect(rig.lost.map(({ reason }) => reason)).to.deep.equal(['not configured'])
  })

  it('is kept by the demo without subject and HTML, and for no other recipient than a number', async () => {
    const [good, bad] = [await rig.queueCode(), await rig.queueCode('mia@harbour.example')]
    await rig.work()
    expect(await rig.message(bad)).to.include({ state: 'failed', fault: 'bad recipient' })
    const sent = await sentMessages(rig.database, [rig.harbour], 10)
    expect(sent).to.have.length(1)
    expect(sent[0]).to.include({ channel: 'sms', to: PHONE, subject: null, html: null })
    expect(rig.minted.filter((code) => sent[0]!.text?.startsWith(code))).to.have.length(1)
    expect(await rig.message(good)).to.include({ state: 'sent', provider_id: null })
  })

  it('keeps every secret of a failing provider out of the log', async () => {
    for (const kind of ['silent', 'hang-up', 'garbled'] as const) {
      provider.treatment = { kind }
      await rig.queueCode()
      await workUntilIdle()
    }
    const logged = rig.logLines.join('')
    for (const secret of ['canary', 'Basic ', PHONE, ...rig.minted]) expect(logged).not.to.contain(secret)
    expect(logged)
      .to.contain('twilio timeout')
      .and.not.to.contain(new SendFault('', { retry: true }).stack)
  })
})
