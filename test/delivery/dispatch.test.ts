import { expect } from 'chai'
import { newLanes } from '../../src/delivery/dispatch.ts'
import { withOrganization } from '../../src/database/transaction.ts'
import { enqueue, sentMessages } from '../../src/delivery/outbox.ts'
import { SendFault, type EmailSender } from '../../src/delivery/senders/sender.ts'
import { HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { startMailServer, type MailServer } from '../support/smtp.ts'
import { openRig, type Rig } from './rig.ts'

describe('dispatch', () => {
  let rig: Rig
  beforeEach(async () => (rig = await openRig()))
  afterEach(() => rig.close())

  it('sends what is due, and then nothing is', async () => {
    const id = await rig.queue()
    expect(await rig.work()).to.equal(1)
    const message = await rig.message(id)
    expect(message).to.include({ state: 'sent', tries: 1, fault: null })
    expect(message.ended_at).to.deep.equal(rig.clock.now())
    expect(await rig.due()).to.deep.equal([])
    expect(await rig.work()).to.equal(0)
  })

  it('sends each of 1,000 messages of two organizations once, by two workers at a time', async () => {
    for (let made = 0; made < 1000; made += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) => rig.queue(undefined, index % 2 ? rig.harbour : rig.summit)),
      )
    }
    const untilEmpty = async () => {
      let done = 0
      for (let round = -1; round !== 0; done += round) round = await rig.work()
      return done
    }
    const done = await Promise.all([untilEmpty(), untilEmpty()])
    const sent = await sentMessages(rig.database, [rig.harbour, rig.summit], 2000)
    expect(done[0] + done[1]).to.equal(1000)
    expect(Math.min(...done)).to.be.greaterThan(0)
    expect(sent).to.have.length(1000)
    expect(new Set(sent.map((message) => message.id)).size).to.equal(1000)
    expect(sent.filter((message) => message.organizationId === rig.harbour)).to.have.length(500)
    expect(new Set(rig.minted).size).to.equal(1000)
  }).timeout(60_000)

  it('sends a new mail while a slow one is still on its way, and never more at once than there are lanes', async () => {
    const lanes = newLanes()
    const onTheirWay: (() => void)[] = []
    const slow = {
      send: () => new Promise<void>((resolve) => onTheirWay.push(resolve)),
      close: () => Promise.resolve(),
    }
    await rig.queue('slow@harbour.example')
    const first = rig.work({ sender: slow }, lanes)
    const quick = await rig.queue('quick@harbour.example')
    while (lanes.free !== 4) await new Promise(setImmediate)
    expect(await rig.work({}, lanes)).to.equal(1)
    expect(await rig.message(quick)).to.include({ state: 'sent' })

    for (let more = 0; more < 6; more += 1) await rig.queue(`more-${more}@harbour.example`)
    const second = rig.work({ sender: slow }, lanes)
    while (onTheirWay.length < 5) await new Promise(setImmediate)
    expect(await rig.work({}, lanes), 'every lane is busy').to.equal(0)
    const releasing = setInterval(() => onTheirWay.splice(0).forEach((release) => release()))
    expect((await first) + (await second)).to.equal(7)
    clearInterval(releasing)
    expect(lanes.free).to.equal(5)
  })

  it('takes up no more once it is told to stop, and finishes what it has', async () => {
    for (let made = 0; made < 12; made += 1) await rig.queue(`person-${made}@harbour.example`)
    const ending = new AbortController()
    const sender: EmailSender = {
      send() {
        ending.abort()
        return Promise.resolve()
      },
      close: () => Promise.resolve(),
    }
    expect(await rig.work({ sender }, undefined, ending.signal)).to.equal(5)
    expect(await rig.due()).to.have.length(7)
  })

  it('takes first what has been due longest', async () => {
    const ids: string[] = []
    for (let index = 0; index < 20; index += 1) {
      ids.push(await rig.queue(`person-${index}@harbour.example`))
      rig.clock.pass(SECOND)
    }
    const taken: string[] = []
    const preparers = {
      ...rig.preparers,
      'recover-link': (tx, message) => {
        taken.push(message.id)
        return rig.preparers['recover-link'](tx, message)
      },
    } satisfies typeof rig.preparers
    await rig.work({ preparers })
    // Five are under way at once, so each comes at most four places off its turn.
    const displacements = ids.map((id, index) => Math.abs(taken.indexOf(id) - index))
    expect(taken).to.have.length(20)
    expect(Math.max(...displacements)).to.be.at.most(4)
  })

  it('goes on with the others when a preparer throws, and tries that message again later', async () => {
    const [good, bad] = [await rig.queue('good@harbour.example'), await rig.queue('bad@harbour.example')]
    const preparers = {
      ...rig.preparers,
      'recover-link': (tx, message) => {
        if (message.to === 'bad@harbour.example') throw new Error('this one trips the preparer')
        return rig.preparers['recover-link'](tx, message)
      },
    } satisfies typeof rig.preparers
    expect(await rig.work({ preparers })).to.equal(2)
    expect(await rig.message(good)).to.include({ state: 'sent' })
    expect(await rig.message(bad)).to.include({ state: 'queued', tries: 1, fault: 'preparation' })
    rig.clock.pass(SECOND)
    await rig.work()
    expect(await rig.message(bad)).to.include({ state: 'sent', tries: 2, fault: null })
  })

  it('drops what its preparer finds not worth sending, with the reason', async () => {
    const id = await rig.queue()
    await rig.work({
      preparers: {
        ...rig.preparers,
        'recover-link': () => Promise.resolve({ drop: 'nobody has this address' }),
      },
    })
    expect(await rig.message(id)).to.include({ state: 'dropped', fault: 'nobody has this address' })
    expect(await rig.due()).to.deep.equal([])
    expect(await sentMessages(rig.database, [rig.harbour], 10)).to.deep.equal([])
    expect(rig.lost).to.deep.equal([])
    expect(rig.logLines.join('')).to.include('"level":"info"').and.not.include('"level":"error"')
  })

  it('says whose message was lost where the message says it', async () => {
    const accountId = '0195a000-0000-7000-8000-000000000001'
    const messageId = await withOrganization(rig.database, rig.harbour, (tx) =>
      enqueue(tx, systemRandom, { name: 'sign-in-paused', to: null, locale: 'en', data: { accountId } }),
    )
    rig.clock.pass(24 * HOUR)
    await rig.work()
    expect(rig.lost).to.deep.equal([{ messageId, reason: 'too old', accountId }])
  })

  it('lets no worker that lost its lease call a message lost that another has in hand', async () => {
    const id = await rig.queue()
    const [slow, other] = [heldSender(), heldSender()]
    const first = rig.work({ sender: slow.sender })
    await slow.begun
    rig.clock.pass(MINUTE)
    const second = rig.work({ sender: other.sender })
    await other.begun
    slow.end(new SendFault('smtp 550', { retry: false }))
    await first
    expect(rig.lost).to.deep.equal([])
    expect(await rig.message(id)).to.include({ state: 'queued' })
    other.end()
    await second
    expect(await rig.message(id)).to.include({ state: 'sent', tries: 2 })
  })

  it('keeps a message that cannot be written, and says nothing of its content', async () => {
    const id = await rig.queue()
    const withoutLink = () => ({ send: { to: 'mia@harbour.example', locale: 'en', data: { person: {} } } })
    const preparers = { ...rig.preparers, 'recover-link': () => Promise.resolve(withoutLink() as never) }
    await rig.work({ preparers })
    expect(await rig.message(id)).to.include({ state: 'queued', fault: 'unexpected' })
    expect(rig.logLines.join('')).not.to.include('mia@')
  })

  it('throws when the database is away, so that the worker waits', async () => {
    await rig.database.close()
    const outcome = await rig.work().catch((error: unknown) => error)
    expect(outcome).to.be.instanceOf(Error)
  })

  describe('with a mail server', () => {
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
      expect(rig.lost).to.deep.include({ messageId: id, reason: 'smtp 550', accountId: null })
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
      expect(rig.lost).to.deep.include({ messageId: id, reason: 'too old', accountId: null })
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
      expect(await rig.work({ sender: rig.smtp(server.url, 100) })).to.equal(12)
      expect(server.busiest).to.be.within(2, 5)
      expect(await rig.due()).to.have.length(12)
    })
  })
})

/** A sender whose one mail is on its way from `begun` until `end`, with a fault if given. */
function heldSender() {
  let begin: () => void = () => undefined
  let end: (fault?: SendFault) => void = () => undefined
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const sent = new Promise<void>((resolve, reject) => (end = (fault) => (fault ? reject(fault) : resolve())))
  const sender: EmailSender = {
    send() {
      begin()
      return sent
    },
    close: () => Promise.resolve(),
  }
  return { sender, begun, end: (fault?: SendFault) => end(fault) }
}
