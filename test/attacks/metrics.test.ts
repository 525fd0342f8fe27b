import { expect } from 'chai'
import type { TenantRow } from '../../src/database/transaction.ts'
import { DAY, HOUR, MINUTE } from '../../src/platform/clock.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { askForLink, createPassword, followLink, getLink, signIn } from '../support/steps.ts'

/** Every label there is, and what it may say: words of the program, patterns of addresses, numbers. */
const SAID: Record<string, RegExp> = {
  method: /^(GET|HEAD|POST|other)$/,
  route: /^(none|asset|(\/(:?[a-z-]+)?)+)$/,
  status: /^[1-5]\d\d$/,
  limit: /^[a-z]+(-[a-z]+)+$/,
  channel: /^(email|sms)$/,
  outcome: /^(sent|failed|dropped|postponed|success|refused)$/,
  kind: /^[a-z-]+(\.[a-z-]+)?$/,
  work: /^(sending|chaining|housekeeping|importing)$/,
  state: /^(used|free|waiting)$/,
  le: /^(\d+(\.\d+)?|\+Inf)$/,
}

/** One line of what is told: a name, its labels, its number. */
const LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/

describe('attacks: metrics', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  const samples = async () =>
    (await portal.app.metrics.text())
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? []
        return { name, labels: [...labels.matchAll(/(\w+)="([^"]*)"/g)], value: Number(value) }
      })
  const valueOf = async (wanted: string, ...labels: string[]) =>
    (await samples()).find(
      ({ name, labels: has }) =>
        name === wanted && labels.every((label) => has.some(([pair]) => pair === label)),
    )?.value

  it('AL-11: no label says anything that somebody typed, is or has', async () => {
    const mia = portal.visitor()
    await followLink(mia, await getLink(portal, mia))
    await createPassword(mia)
    await signIn(mia, 'mia@harbour.example', 'Wrong-Lamp!4821')
    const owner = portal.visitor()
    await signIn(owner, 'olivia')
    await owner.open('/harbour/manage/people?q=mia@harbour.example')
    await mia.open(`/harbour/recover/link?token=${'A'.repeat(43)}`)
    await mia.open('/mia@harbour.example/%2B12065550113')
    const prober = portal.visitor()
    for (let asked = 1; asked <= 12; asked += 1) await askForLink(prober, 'nobody@harbour.example')
    await portal.deliver()
    await roundOf(portal)
    const all = await samples()
    for (const { name, labels } of all)
      for (const [, label = '', value = ''] of labels)
        expect(value, `${name} ${label}`).to.match(SAID[label] ?? /^there is no such label$/)
    expect(await valueOf('latchkey_limit_refusals_total', 'limit="recovery-requests-per-address"')).to.equal(
      2,
    )
    expect(await valueOf('latchkey_events_total', 'kind="recovery.completed"', 'outcome="success"')).to.equal(
      1,
    )
    expect(await valueOf('latchkey_messages_total', 'channel="email"', 'outcome="sent"')).to.be.above(0)
    expect(
      await valueOf(
        'latchkey_http_request_duration_seconds_count',
        'route="/:organization/recover/password"',
        'status="303"',
      ),
    ).to.equal(1)
  })

  it('AL-11: whatever strangers ask for, with whatever verb, the metrics grow no further', async () => {
    const stranger = portal.visitor()
    const ask = async (from: number) => {
      for (const verb of ['GET', 'PUT', 'PROPFIND', 'MKCOL', 'PURGE'])
        for (let nth = from; nth < from + 5; nth += 1)
          await stranger.send(verb, `/organization-${nth}/manage/people/${nth}`)
      return (await samples()).length
    }
    expect(await ask(100)).to.equal(await ask(200))
  })

  it('AL-11: what is over is deleted when the worker keeps house, which it does by itself, and what is kept stays', async () => {
    await askForLink(portal.visitor(), 'mia@harbour.example')
    await portal.deliver()
    const kept = () =>
      portal.within('harbour', async (tx) => {
        const counts: number[] = []
        for (const table of ['recovery_attempts', 'messages', 'sessions', 'sign_in_delays'])
          counts.push((await tx.rows<TenantRow>(table)).length)
        return counts
      })
    await signIn(portal.visitor(), 'mia')
    await signIn(portal.visitor(), 'adam', 'Wrong-Lamp!4821')
    const before = await kept()
    expect(Math.min(...before)).to.be.above(0)
    await portal.app.keepHouse()
    expect(await kept()).to.deep.equal(before)
    portal.clock.pass(31 * DAY)
    await roundOf(portal)
    expect(await kept()).to.deep.equal([0, 0, 0, 0])
  })

  it('PF-13: with no worker for an hour the figure that alarms says so; then everything leaves, the oldest first', async () => {
    const oldest = () => valueOf('latchkey_oldest_message_wait_seconds')
    expect(await oldest()).to.equal(0)
    const people = ['mia', 'noah', 'adam', 'olivia'].map((name) => `${name}@harbour.example`)
    for (const person of people) {
      await askForLink(portal.visitor(), person)
      portal.clock.pass(MINUTE)
    }
    portal.clock.pass(HOUR)
    expect(await oldest()).to.equal(HOUR / 1000 + 240)
    expect(await valueOf('latchkey_messages_waiting')).to.equal(4)
    const ready = await portal.visitor().send('GET', '/readyz')
    expect(JSON.parse(ready.body)).to.deep.equal({ status: 'ok', oldestMessageWaitsSeconds: 3840 })
    await portal.deliver()
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(people)
    expect([await oldest(), await valueOf('latchkey_messages_waiting')]).to.deep.equal([0, 0])
    const noah = portal.visitor()
    const link = /http:\/\/\S+token=\S+/.exec(portal.mailbox[0]?.text ?? '')?.[0] ?? ''
    expect((await followLink(noah, link)).address).to.equal('/harbour/recover/password')
  })
})

/** Lets a worker run until it has chained the log and kept house once. */
async function roundOf({ app }: Portal): Promise<void> {
  const worker = app.startWorker()
  let told = ''
  while (!told.includes('{work="chaining"}') || !told.includes('{work="housekeeping"}'))
    told = await app.metrics.text()
  await worker.stop()
}
