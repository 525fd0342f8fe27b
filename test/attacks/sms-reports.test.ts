import { expect } from 'chai'
import { dispatch } from '../../src/delivery/dispatch.ts'
import { enqueue, type MessageRow } from '../../src/delivery/outbox.ts'
import { createTwilioSender } from '../../src/delivery/senders/twilio.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import { PHONE, PUBLIC_URL, preparersThatMint, renderer } from '../delivery/rig.ts'
import { openPortal, type Portal, withPortal } from '../support/portal.ts'
import { post, signatureOf, startTextProvider, type TakenText, type TextProvider } from '../support/twilio.ts'

/** What lost codes belong to here: nothing. */
const NO_ATTEMPT = '0195a000-0000-7000-8000-000000000009'

describe('Reports on texts', () => {
  let provider: TextProvider
  let portal: Portal
  before(async () => {
    provider = await startTextProvider()
    portal = await openPortal({
      config: (config) => ({
        ...config,
        sms: provider.account,
        server: { ...config.server, publicUrl: PUBLIC_URL },
      }),
    })
  })
  after(async () => {
    await portal.close()
    await provider.close()
  })

  /** Sends a code; returns the text as Twilio took it and how its message stands now. */
  async function sendCode() {
    const { random, onLost, log } = portal.app.parts
    const { clock } = portal
    const id = await portal.within('harbour', (tx) =>
      enqueue(tx, random, { name: 'recover-code', to: PHONE, locale: 'en', data: { attemptId: NO_ATTEMPT } }),
    )
    const settled = {
      database: portal.store.database,
      random,
      preparers: preparersThatMint([]),
      renderer,
      sender: { send: () => Promise.resolve(), close: () => Promise.resolve() },
      smsSender: createTwilioSender({ account: provider.account, publicUrl: PUBLIC_URL, clock }),
      onLost,
      log,
    }
    const message = () =>
      portal.within('harbour', async (tx) => (await tx.rows<MessageRow>('messages').where({ id }).first())!)
    return { id, message, send: () => dispatch(settled), text: () => provider.taken.at(-1)! }
  }

  const timesLost = (id: string) =>
    portal.within('harbour', async (tx) => {
      const rows = await tx.rows<TenantRow & { kind: string; detail: { message?: string } }>('audit_events')
      return rows.filter(({ kind, detail }) => kind === 'message.lost' && detail.message === id).length
    })
  const report = (text: TakenText, status: string, code?: string) =>
    provider.report(portal.url, text, status, code)

  it('move a message to delivered, once, whatever comes after', async () => {
    const { id, message, send, text } = await sendCode()
    await send()
    expect(await report(text(), 'sent')).to.equal(204)
    expect(await message()).to.include({ state: 'sent' })
    const { ended_at: sentAt } = await message()
    portal.clock.pass(1000)
    for (const status of ['delivered', 'delivered', 'sent', 'undelivered']) {
      expect(await report(text(), status, '30006')).to.equal(204)
      expect(await message()).to.deep.include({ state: 'delivered', fault: null, ended_at: sentAt })
    }
    expect(await timesLost(id)).to.equal(0)
  })

  it('tell of a lost message once, however often they are replayed', async () => {
    const { id, message, send, text } = await sendCode()
    await send()
    for (let replay = 0; replay < 3; replay += 1) {
      expect(await report(text(), 'undelivered', '30006')).to.equal(204)
      expect(await message()).to.include({ state: 'failed', fault: 'twilio undelivered 30006' })
    }
    await Promise.all(Array.from({ length: 8 }, () => report(text(), 'failed', '30001')))
    expect(await timesLost(id)).to.equal(1)
    expect(await report(text(), 'delivered')).to.equal(204)
    expect(await message()).to.include({ state: 'failed' })
  })

  it('hold also when they come before the worker could say that it sent the text, which is sent no more', async () => {
    const { id, message, send, text } = await sendCode()
    provider.treatment = { kind: 'hang-up' }
    await send()
    provider.treatment = { kind: 'accept' }
    expect(await message()).to.include({ state: 'queued', provider_id: null })
    const asked = provider.asked
    expect(await report(text(), 'delivered')).to.equal(204)
    portal.clock.pass(60_000)
    await send()
    expect(provider.asked).to.equal(asked)
    expect(await message()).to.include({ state: 'delivered', provider_id: text().sid })
    expect(await timesLost(id)).to.equal(0)
  })

  it('on an earlier try change nothing once a later one was taken', async () => {
    const { message, send, text } = await sendCode()
    provider.treatment = { kind: 'hang-up' }
    await send()
    const first = text()
    provider.treatment = { kind: 'accept' }
    portal.clock.pass(60_000)
    await send()
    expect(await report(first, 'failed', '30003')).to.equal(204)
    expect(await message()).to.include({ state: 'sent', provider_id: text().sid })
  })

  it('DF-07: are refused unsigned, forged, altered, or replayed on another message, organization or address', async () => {
    const other = await sendCode()
    await other.send()
    const others = other.text().statusCallback!
    const { id, message, send, text } = await sendCode()
    await send()
    const address = text().statusCallback!
    const fields = { MessageSid: text().sid, MessageStatus: 'failed', ErrorCode: '30006' }
    const genuine = signatureOf(address, fields)
    const { id: summit } = await portal.organization('summit')
    const { id: harbour } = await portal.organization('harbour')
    const forgeries: [string, string, Record<string, string> | string, string | null][] = [
      ['unsigned', address, fields, null],
      ['with an empty signature', address, fields, ''],
      ['signed with another key', address, fields, signatureOf(address, fields, 'another key')],
      ['without its key', address, fields, signatureOf(address, fields, '')],
      ['with another status', address, { ...fields, MessageStatus: 'delivered' }, genuine],
      ['with one field more', address, { ...fields, To: PHONE }, genuine],
      [
        'with a field twice',
        address,
        `${new URLSearchParams(fields).toString()}&MessageStatus=failed`,
        genuine,
      ],
      ['with a field in a field', address, 'MessageStatus[a]=failed', genuine],
      ['on another message', others, fields, genuine],
      ['in another organization', address.replace(harbour, summit), fields, genuine],
      ['with a query', `${address}?a=b`, fields, genuine],
      ['signed for plain http', address, fields, signatureOf(address.replace('https', 'http'), fields)],
    ]
    for (const [what, to, sent, signature] of forgeries)
      expect(await post(portal.url, to, sent, signature), what).to.equal(403)
    expect(await message()).to.include({ state: 'sent' })
    expect(await other.message()).to.include({ state: 'sent' })
    expect(await timesLost(id)).to.equal(0)
    expect(await post(portal.url, address, fields, genuine)).to.equal(204)
  })

  it('on nothing of ours are taken and change nothing', async () => {
    const fields = { MessageSid: 'SM1', MessageStatus: 'failed' }
    const nobody = '0195a000-0000-7000-8000-000000000001'
    for (const [path, status] of [
      [`/hooks/twilio/${nobody}/${nobody}`, 204],
      [`/hooks/twilio/${nobody}/x`, 404],
      [`/hooks/twilio/'/${nobody}`, 404],
    ] as const) {
      const address = PUBLIC_URL + path
      expect(await post(portal.url, address, fields, signatureOf(address, fields)), path).to.equal(status)
    }
    const asPage = await fetch(`${portal.url}/hooks/twilio/${nobody}/${nobody}`)
    expect(asPage.status).not.to.equal(200)
  })

  it('have no address where Twilio is not used', async () => {
    await withPortal({}, async (without) => {
      const address = `${without.url}/hooks/twilio/a/b`
      expect(await post(without.url, address, {}, signatureOf(address, {}))).to.equal(404)
    })
  })
})
