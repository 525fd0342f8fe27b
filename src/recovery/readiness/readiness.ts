import { SETTLED_AFTER, type Account } from '../../accounts/account.ts'
import { withAuthenticator } from '../../credentials/authenticator-store.ts'
import type { Transaction } from '../../database/transaction.ts'
import type { Settings } from '../../organizations/settings.ts'
import { after } from '../../platform/clock.ts'
import type { Strategy } from '../strategy.ts'
import { whyUnable, type Why } from './judge.ts'
import { populationOf, sizeOf, sorted, type Bucket, type Judge, type Population } from './population.ts'
import { askedLately, newlyReached, peopleIn } from './store.ts'

type Parts = { strategies: readonly Strategy[] }

/** People who could not get back in, for one reason: how many, and the names of some. */
export interface Unable {
  why: Why
  count: number
  examples: string[]
}

/** How many people there are, how many of them could get back in by themselves, and who could not. */
export interface Readiness {
  people: number
  able: number
  unable: Unable[]
  /** When they were counted, where that was not now. */
  countedAt: Date | null
}

/** What other settings would change. */
export interface Impact {
  people: number
  ableToday: number
  ableThen: number
  /** Those who can today and then could not. */
  losing: Unable[]
  /** How many could not today and then can. */
  gaining: number
  countedAt: Date | null
}

/** Somebody who could not get back in, and when they were asked to mend it, if that was of late. */
export interface UnablePerson {
  account: Account
  askedAt: Date | null
}

const EXAMPLES = 5
/** As many are looked at one by one; where there are more, that there are is what counts. */
const MOST_NEW = 200

/**
 * Who could get back in under some settings. An address or number that was verified and is only too new counts: what is
 * told is how people are equipped, not which day it is.
 */
export async function readinessUnder(
  parts: Parts,
  tx: Transaction,
  settings: Settings,
  population: Population,
): Promise<Readiness> {
  const buckets = sorted(population, judgeUnder(parts, settings, tx.now))
  const people = sizeOf(population)
  return {
    people,
    able: people - countOf(buckets),
    unable: await withExamples(tx, buckets),
    countedAt: population.countedAt,
  }
}

/** What would follow for people from other settings than today's, as far as it concerns whether they get back in. */
export async function impactOf(
  parts: Parts,
  tx: Transaction,
  { today, then }: { today: Settings; then: Settings },
): Promise<Impact> {
  const population = await populationOf(tx)
  const [isUnable, wouldBe] = [judgeUnder(parts, today, tx.now), judgeUnder(parts, then, tx.now)]
  const losing = sorted(population, (account, hasAuthenticator) =>
    isUnable(account, hasAuthenticator) === null ? wouldBe(account, hasAuthenticator) : null,
  )
  const gaining = sorted(population, (account, hasAuthenticator) =>
    wouldBe(account, hasAuthenticator) === null ? isUnable(account, hasAuthenticator) : null,
  )
  const people = sizeOf(population)
  return {
    people,
    ableToday: people - countOf(sorted(population, isUnable)),
    ableThen: people - countOf(sorted(population, wouldBe)),
    losing: await withExamples(tx, losing),
    gaining: countOf(gaining),
    countedAt: population.countedAt,
  }
}

/** A page of those who could not get back in for one reason, by id: who runs the organization stands on the first. */
export async function peopleUnable(
  parts: Parts,
  tx: Transaction,
  settings: Settings,
  { why, after: last, most }: { why: Why; after: string | null; most: number },
): Promise<{ people: UnablePerson[]; next: string | null; count: number }> {
  const buckets = sorted(await populationOf(tx), judgeUnder(parts, settings, tx.now))
  const bucket = buckets.find(([name]) => name === why)?.[1]
  if (!bucket) return { people: [], next: null, count: 0 }
  const found = await peopleIn(tx, bucket.classes, { after: last, most: most + 1 })
  const shown = found.slice(0, most)
  const people = last === null ? [...bucket.managers, ...shown] : shown
  const asked = await askedLately(
    tx,
    people.map(({ id }) => id),
  )
  return {
    people: people.map((account) => ({ account, askedAt: asked.get(account.id) ?? null })),
    next: found.length > most ? (shown.at(-1)?.id ?? null) : null,
    count: bucket.count,
  }
}

/** How many count as able although today what they have is too new; `isMore`: there are more, which nobody counted. */
export async function settlingUnder(
  parts: Parts,
  tx: Transaction,
  settings: Settings,
  { most = MOST_NEW }: { most?: number } = {},
): Promise<{ count: number; isMore: boolean }> {
  const found = await newlyReached(tx, after(tx.now, -SETTLED_AFTER), most + 1)
  const managers = found.filter(({ role }) => role !== 'member').map(({ id }) => id)
  const having = await withAuthenticator(tx, managers)
  const settled = judgeUnder(parts, settings, tx.now)
  const settling = found.slice(0, most).filter((account) => {
    const hasAuthenticator = having.has(account.id)
    const today = whyUnable(parts, settings, account, { hasAuthenticator, now: tx.now })
    return today !== null && settled(account, hasAuthenticator) === null
  })
  return { count: settling.length, isMore: found.length > most }
}

/** Judges people as they would be when nothing of theirs is new any more. */
export function judgeUnder(parts: Parts, settings: Settings, now: Date): Judge {
  const settledBy = after(now, SETTLED_AFTER)
  return (account, hasAuthenticator) =>
    whyUnable(parts, settings, account, { hasAuthenticator, now: settledBy })
}

function countOf(buckets: readonly [Why, Bucket][]): number {
  return buckets.reduce((sum, [, { count }]) => sum + count, 0)
}

async function withExamples(tx: Transaction, buckets: readonly [Why, Bucket][]): Promise<Unable[]> {
  const unable: Unable[] = []
  for (const [why, { count, classes, managers }] of buckets) {
    const others = await peopleIn(tx, classes, { most: EXAMPLES })
    const names = [...managers, ...others].slice(0, EXAMPLES).map(({ fullName }) => fullName)
    unable.push({ why, count, examples: names })
  }
  return unable
}
