import { expect } from 'chai'
import type { TenantRow, Transaction } from '../../../src/database/transaction.ts'
import { parseSettings, type PartialSettings, type Settings } from '../../../src/organizations/settings.ts'
import { after as later, DAY, HOUR, MINUTE } from '../../../src/platform/clock.ts'
import { whyUnable } from '../../../src/recovery/readiness/judge.ts'
import { measureReadiness } from '../../../src/recovery/readiness/measure.ts'
import { populationOf } from '../../../src/recovery/readiness/population.ts'
import {
  impactOf,
  peopleUnable,
  readinessUnder,
  settlingUnder,
} from '../../../src/recovery/readiness/readiness.ts'
import { dayOf, daysSince, keptCounts } from '../../../src/recovery/readiness/store.ts'
import { STRATEGIES } from '../../../src/recovery/strategies/index.ts'
import { openPortal, type Portal } from '../../support/portal.ts'
import { everybody, everyKind } from './people.ts'

type Everybody = Awaited<ReturnType<typeof everybody>>

const parts = { strategies: STRATEGIES }

/** Every combination of what decides whether somebody gets back in. */
function everySetting(): Settings[] {
  const found: PartialSettings[] = []
  for (const methods of [['email-link'], ['sms-code'], ['email-link', 'sms-code'], ['carrier-pigeon']])
    for (const identifier of ['username-or-email', 'email', 'username'] as const)
      for (const authenticator of ['challenge', 'off'] as const)
        for (const smsAloneForManagers of ['refused', 'allowed'] as const)
          for (const countries of [[], ['ID'], ['CA', 'SG']])
            found.push({
              recovery: { methods, identifier, authenticator, smsAloneForManagers },
              sms: { countries },
            })
  return found.map(parseSettings)
}

/** Each person by themselves, as recovery sees them when nothing of theirs is new any more. */
function oneByOne(tx: Transaction, people: Everybody, settings: Settings): Map<string, string | null> {
  const now = later(tx.now, 3 * DAY)
  return new Map(
    people.map(({ account, hasAuthenticator }) => [
      account.id,
      whyUnable(parts, settings, account, { hasAuthenticator, now }),
    ]),
  )
}

function tally(whys: Iterable<string | null>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const why of whys) if (why !== null) counts[why] = (counts[why] ?? 0) + 1
  return counts
}

describe('Readiness: who could get back in, on the real database', () => {
  let portal: Portal

  before(async () => {
    portal = await openPortal()
    await portal.within('acme', (tx) => everyKind(tx, portal.app.parts.secrets))
  })
  after(() => portal.close())

  it('judges whole classes as it would judge each of their people, whatever the settings', async function () {
    this.timeout(60_000)
    const whys = new Set<string>()
    await portal.within('acme', async (tx) => {
      const all = await everybody(tx)
      for (const settings of everySetting()) {
        const each = oneByOne(tx, all, settings)
        const { people, able, unable } = await readinessUnder(parts, tx, settings, await populationOf(tx))
        const expected = tally(each.values())
        expect(people).to.equal(each.size)
        expect(
          Object.fromEntries(unable.map(({ why, count }) => [why, count])),
          JSON.stringify(settings.recovery),
        ).to.deep.equal(expected)
        expect(able).to.equal(people - Object.values(expected).reduce((sum, count) => sum + count, 0))
        for (const why of Object.keys(expected)) whys.add(why)
      }
    })
    expect(whys.size, 'every reason came up').to.equal(10)
  })

  it('tells of other settings exactly who could get back in and then could not', async () => {
    await portal.within('acme', async (tx) => {
      const people = await everybody(tx)
      const all = everySetting()
      for (const [index, today] of all.entries()) {
        if (index % 3 !== 0) continue
        const then = all[(index * 7 + 3) % all.length]!
        const [before, afterwards] = [oneByOne(tx, people, today), oneByOne(tx, people, then)]
        const losing = [...afterwards].filter(([id]) => before.get(id) === null)
        const gaining = [...afterwards].filter(([id, why]) => why === null && before.get(id) !== null)
        const impact = await impactOf(parts, tx, { today, then })
        expect(Object.fromEntries(impact.losing.map(({ why, count }) => [why, count]))).to.deep.equal(
          tally(losing.map(([, why]) => why)),
        )
        expect(impact.gaining).to.equal(gaining.length)
        expect(impact.ableThen).to.equal([...afterwards.values()].filter((why) => why === null).length)
      }
    })
  })

  it('lists all of those under a reason page by page, nobody twice, and who runs the organization first', async () => {
    const settings = parseSettings({ recovery: { methods: ['sms-code'] }, sms: { countries: ['ID'] } })
    await portal.within('acme', async (tx) => {
      const each = oneByOne(tx, await everybody(tx), settings)
      for (const why of ['phone-missing', 'phone-country', 'sms-alone', 'protected'] as const) {
        const listed: string[] = []
        let from: string | null = null
        do {
          const page: Awaited<ReturnType<typeof peopleUnable>> = await peopleUnable(parts, tx, settings, {
            why,
            after: from,
            most: 3,
          })
          listed.push(...page.people.map(({ account }) => account.id))
          from = page.next
        } while (from !== null)
        const expected = [...each].flatMap(([id, name]) => (name === why ? id : []))
        expect(listed, why).to.have.members(expected).and.to.have.length.above(0)
        expect(new Set(listed).size).to.equal(listed.length)
      }
      const first = await peopleUnable(parts, tx, settings, { why: 'phone-missing', after: null, most: 3 })
      expect(first.people[0]?.account.role).to.not.equal('member')
    })
  })

  it('counts what is new, and says of how many it is', async () => {
    const settings = parseSettings({})
    await portal.within('acme', async (tx) => {
      const people = await everybody(tx)
      const settled = oneByOne(tx, people, settings)
      const today = people.filter(
        ({ account, hasAuthenticator }) =>
          settled.get(account.id) === null &&
          whyUnable(parts, settings, account, { hasAuthenticator, now: tx.now }) !== null,
      )
      expect(today.length).to.be.above(10)
      const all = await settlingUnder(parts, tx, settings, { most: 1000 })
      expect(all).to.deep.equal({ count: today.length, isMore: false })
      const some = await settlingUnder(parts, tx, settings)
      expect(some.isMore).to.equal(true)
      expect(some.count).to.be.within(1, today.length - 1)
    })
    portal.clock.pass(4 * DAY)
    const settled = await portal.within('acme', (tx) => settlingUnder(parts, tx, settings))
    expect(settled.count).to.equal(0)
  })
})

describe('Readiness as it is measured, on the real database', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  const measure = (countedLive?: number) =>
    portal.within('acme', (tx) =>
      measureReadiness(parts, tx, countedLive === undefined ? {} : { countedLive }),
    )
  const peopleNow = () =>
    portal.within('acme', async (tx) => {
      const { people, countedAt } = await readinessUnder(parts, tx, parseSettings({}), await populationOf(tx))
      return { people, countedAt }
    })
  const suspendMia = () =>
    portal.within('acme', (tx) =>
      tx
        .rows<TenantRow & { username: string; state: string }>('accounts')
        .where('username', 'mia')
        .update({ state: 'suspended' }),
    )

  it('counts few people on every page, and many as they were last counted, for an hour at most', async () => {
    await measure()
    expect(await peopleNow()).to.deep.equal({ people: 5, countedAt: null })
    const at = portal.clock.now()
    await measure(4)
    await suspendMia()
    expect(await peopleNow()).to.deep.equal({ people: 5, countedAt: at })
    portal.clock.pass(59 * MINUTE)
    expect(await peopleNow()).to.deep.equal({ people: 5, countedAt: at })
    portal.clock.pass(MINUTE)
    expect(await peopleNow(), 'no worker counts: older than that is no answer').to.deep.equal({
      people: 4,
      countedAt: null,
    })
    await measure(4)
    expect(await portal.within('acme', keptCounts), 'not many any more').to.equal(null)
  })

  it('is kept once a day, as it was at the first look', async () => {
    await portal.app.keepHouse()
    const first = await portal.within('acme', (tx) => daysSince(tx, '2000-01-01'))
    expect(first).to.deep.equal([{ day: dayOf(portal.clock.now()), people: 5, able: 4 }])
    await suspendMia()
    portal.clock.pass(HOUR)
    await portal.app.keepHouse()
    expect(await portal.within('acme', (tx) => daysSince(tx, '2000-01-01'))).to.deep.equal(first)
    portal.clock.pass(DAY)
    await portal.app.keepHouse()
    const [, second] = await portal.within('acme', (tx) => daysSince(tx, '2000-01-01'))
    expect(second).to.deep.equal({ day: dayOf(portal.clock.now()), people: 4, able: 3 })
    portal.clock.pass(400 * DAY)
    await portal.app.keepHouse()
    const days = await portal.within('acme', (tx) => daysSince(tx, '2000-01-01'))
    expect(days.map(({ day }) => day)).to.deep.equal([second?.day, dayOf(portal.clock.now())])
  })
})
