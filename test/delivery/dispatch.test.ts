import { expect } from 'chai'
import { newLanes } from '../../src/delivery/dispatch.ts'
import { withOrganization } from '../../src/database/transaction.ts'
import { accountOf } from '../../src/delivery/lost.ts'
import { enqueue, sentMessages } from '../../src/delivery/outbox.ts'
import { SendFault, type EmailSender } from '../../src/delivery/senders/sender.ts'
import { HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { systemRandom } from '../../src/platform/random.ts'
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

  it('sends each of 300 messages of two organizations once, by two workers at a time', async () => {
    for (let made = 0; made < 300; made += 50) {
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
    const sent = await sentMessages(rig.database, [rig.harbour, rig.summit], 600)
    expect(done[0] + done[1]).to.equal(300)
    expect(Math.min(...done)).to.be.greaterThan(0)
    expect(sent).to.have.length(300)
    expect(new Set(sent.map((message) => message.id)).size).to.equal(300)
    expect(sent.filter((message) => message.organizationId === rig.harbour)).to.have.length(150)
    expect(new Set(rig.minted).size).to.equal(300)
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
    // One at a time: of several that are under way at once, any may be held up by the machine.
    await rig.work({ preparers }, { free: 1 })
    expect(taken).to.deep.equal(ids)
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
    expect(rig.lost).to.have.length(1)
    expect(rig.lost[0]).to.deep.include({ messageId, name: 'sign-in-paused', reason: 'too old' })
    expect(accountOf(rig.lost[0]!)).to.equal(accountId)
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
