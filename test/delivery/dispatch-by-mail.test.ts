import { expect } from 'chai'
import { HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { startMailServer, type MailServer } from '../support/smtp.ts'
import { openRig, type Rig } from './rig.ts'

describe('dispatch, with a mail server', () => {
  let rig: Rig
  beforeEach(async () => (rig = await openRig()))
  afterEach(() => rig.close())

  let server: MailServer
  beforeEach(async () => (server = await startMailServer()))
  afterEach(() => server.close())

  it('waits 1 s, 2 s, 4 s and so on up to 5 min between tries', async () => {
    const id = await rig.queue()
    const sender = rig.smtp(server.url)
    server.treatment = { kind: 'refuse-recipient', code: 450 }
    const waits: number[] = []
    for (let tries = 0; tries < 11; tries += 1) {
      await rig.work({ sender })
      const [due] = await rig.due()
      waits.push((due!.due_at.getTime() - rig.clock.now().getTime()) / SECOND)
      rig.clock.pass(waits.at(-1)! * SECOND - 1)
      expect(await rig.work({ sender })).to.equal(0)
      rig.clock.pass(1)
    }
    expect(waits).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
    expect(await rig.message(id)).to.include({ state: 'queued', tries: 11, fault: 'smtp 450' })
  })

  it('spreads the waits by up to a quarter, never beyond the wait itself', async () => {
    await rig.queue()
    server.treatment = { kind: 'refuse-recipient', code: 450 }
    const random = { ...systemRandom, below: (bound: number) => bound - 1 }
    await rig.work({ sender: rig.smtp(server.url), random })
    const [due] = await rig.due()
    expect(due!.due_at.getTime() - rig.clock.now().getTime()).to.equal(751)
  })

  it('prepares afresh for each try: what arrives after greylisting carries the latest link', async () => {
    const id = await rig.queue()
    const sender = rig.smtp(server.url)
    server.treatment = { kind: 'refuse-recipient', code: 451 }
    await rig.work({ sender })
    rig.clock.pass(SECOND)
    server.treatment = { kind: 'accept' }
    await rig.work({ sender })
    expect(rig.minted).to.have.length(2)
    expect(server.arrived).to.have.length(1)
    expect(server.arrived[0]!.readable).to.include(rig.minted[1]).and.not.to.include(rig.minted[0])
    expect(server.arrived[0]!.raw).to.include(`Message-ID: <${id}.2@account.example.org>`)
  })

  it('gives up at once on a recipient that does not exist, and leaves a line for whoever watches', async () => {
    const id = await rig.queue('nobody@harbour.example')
    server.treatment = { kind: 'refuse-recipient', code: 550 }
    await rig.work({ sender: rig.smtp(server.url) })
    expect(await rig.message(id)).to.include({ state: 'failed', tries: 1, fault: 'smtp 550' })
    expect(rig.lost).to.deep.include({
      messageId: id,
      name: 'recover-link',
      data: { attemptId: 'a1' },
      locale: 'en',
      reason: 'smtp 550',
    })
    expect(await rig.due()).to.deep.equal([])
    const lines = rig.logLines.filter((line) => line.includes('"level":"error"'))
    expect(lines).to.have.length(1)
    expect(lines[0]).to.include(id).and.include('smtp 550').and.not.to.include('nobody@')
  })

  it('keeps messages while the server is away, and sends them with fresh links when it is back', async () => {
    const ids = [await rig.queue(), await rig.queue(), await rig.queue()]
    const sender = rig.smtp(server.url)
    await server.close()
    await rig.work({ sender })
    expect(await rig.message(ids[0]!)).to.include({ state: 'queued', fault: 'smtp connection' })
    const stale = [...rig.minted]
    server = await startMailServer({ port: server.port })
    rig.clock.pass(10 * MINUTE)
    await rig.work({ sender })
    const arrived = server.arrived.map((mail) => mail.readable).join('')
    expect(server.arrived).to.have.length(3)
    for (const link of stale) expect(arrived).not.to.include(link)
    for (const link of rig.minted.slice(3)) expect(arrived).to.include(link)
  })

  it('sends nothing that has waited longer than it is worth', async () => {
    const id = await rig.queue()
    rig.clock.pass(6 * HOUR)
    await rig.work({ sender: rig.smtp(server.url) })
    expect(await rig.message(id)).to.include({ state: 'dropped', tries: 0, fault: 'too old' })
    expect(rig.lost.map(({ messageId, reason }) => [messageId, reason])).to.deep.equal([[id, 'too old']])
    expect(rig.logLines.filter((line) => line.includes('"level":"error"'))).to.have.length(1)
    expect(rig.minted).to.deep.equal([])
    expect(server.arrived).to.deep.equal([])
    expect(await rig.due()).to.deep.equal([])
  })

  it('leaves a message to its worker for a minute, and to any other when that one has died', async () => {
    const id = await rig.queue()
    server.treatment = { kind: 'hold' }
    const dying = rig.work({ sender: rig.smtp(server.url) })
    await server.arrivalOf(1)
    server.treatment = { kind: 'accept' }
    rig.clock.pass(MINUTE - 1)
    expect(await rig.work({ sender: rig.smtp(server.url) })).to.equal(0)
    rig.clock.pass(1)
    expect(await rig.work({ sender: rig.smtp(server.url) })).to.equal(1)
    expect(server.arrived).to.have.length(2)
    expect(await rig.message(id)).to.include({ state: 'sent', tries: 2 })
    server.release()
    await dying
    expect(await rig.message(id)).to.include({ state: 'sent', tries: 2 })
    expect(await rig.due()).to.deep.equal([])
  })

  it('lets no worker that lost its lease put off what another has in hand', async () => {
    const id = await rig.queue()
    server.treatment = { kind: 'hold' }
    const first = rig.work({ sender: rig.smtp(server.url, 300) })
    await server.arrivalOf(1)
    rig.clock.pass(MINUTE)
    const second = rig.work({ sender: rig.smtp(server.url) })
    await server.arrivalOf(2)
    await first
    const [due] = await rig.due()
    expect(due!.due_at.getTime() - rig.clock.now().getTime()).to.equal(MINUTE)
    server.release()
    await second
    expect(await rig.message(id)).to.include({ state: 'sent' })
    expect(await rig.due()).to.deep.equal([])
  })

  it('sends nothing to an address with a line break, and asks no server about it', async () => {
    const id = await rig.queue('mia@harbour.example\r\nRCPT TO:<thief@evil.example>')
    await rig.work({ sender: rig.smtp(server.url) })
    expect(await rig.message(id)).to.include({ state: 'failed', fault: 'bad recipient' })
    expect([server.arrived, server.busiest]).to.deep.equal([[], 0])
  })

  it('holds five connections at most against a server that never answers, and frees them', async () => {
    for (let index = 0; index < 12; index += 1) await rig.queue(`person-${index}@harbour.example`)
    server.treatment = { kind: 'tarpit' }
    expect(await rig.work({ sender: rig.smtp(server.url, 500) })).to.equal(12)
    expect(server.busiest).to.be.within(2, 5)
    expect(await rig.due()).to.have.length(12)
  })
})
