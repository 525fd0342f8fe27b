import type { Account } from '../../accounts/account.ts'
import { withAuthenticator } from '../../credentials/authenticator-store.ts'
import type { Transaction } from '../../database/transaction.ts'
import { after, HOUR } from '../../platform/clock.ts'
import type { Why } from './judge.ts'
import { countClasses, keptCounts, managersToJudge, oneOfEach } from './store.ts'

/** Everybody of an organization who is active, in so few parts that all of them can be judged at once. */
export interface Population {
  /** People whom recovery treats alike, and one of them. */
  classes: { name: string; count: number; example: Account }[]
  /** Who runs the organization, each by themselves: it matters whether they have an authenticator. */
  managers: { account: Account; hasAuthenticator: boolean }[]
  /** When the classes were counted, where that was not now. */
  countedAt: Date | null
}

/** People who are judged alike: whole classes, and some of those who run the organization. */
export interface Bucket {
  count: number
  classes: string[]
  managers: Account[]
}

/** What judges one person. */
export type Judge = (account: Account, hasAuthenticator: boolean) => Why | null

/** What is kept is renewed far more often; when no worker runs, counting anew is better than telling what was. */
const KEPT_COUNTS_LAST = HOUR

/** Looks at everybody, as counted now or, where they are many, as last counted. */
export async function populationOf(tx: Transaction): Promise<Population> {
  const kept = await keptCounts(tx)
  const isFresh = kept !== null && tx.now < after(kept.countedAt, KEPT_COUNTS_LAST)
  const counts = isFresh ? kept.counts : await countClasses(tx)
  const examples = await oneOfEach(tx, Object.keys(counts))
  const managers = await managersToJudge(tx)
  const having = await withAuthenticator(
    tx,
    managers.map(({ id }) => id),
  )
  return {
    classes: Object.entries(counts).flatMap(([name, count]) => {
      const example = examples.get(name)
      return example ? [{ name, count, example }] : []
    }),
    managers: managers.map((account) => ({ account, hasAuthenticator: having.has(account.id) })),
    countedAt: isFresh ? kept.countedAt : null,
  }
}

/** Everybody who is counted. */
export function sizeOf({ classes, managers }: Population): number {
  return classes.reduce((sum, { count }) => sum + count, managers.length)
}

/** Puts everybody of whom the judge has something to say under what it says, the most first. */
export function sorted({ classes, managers }: Population, judge: Judge): [Why, Bucket][] {
  const buckets = new Map<Why, Bucket>()
  const under = (why: Why) => {
    const bucket = buckets.get(why) ?? { count: 0, classes: [], managers: [] }
    buckets.set(why, bucket)
    return bucket
  }
  for (const { account, hasAuthenticator } of managers) {
    const why = judge(account, hasAuthenticator)
    if (why === null) continue
    const bucket = under(why)
    bucket.managers.push(account)
    bucket.count += 1
  }
  for (const { name, count, example } of classes) {
    // A number is a class of its own only by its country, and members are judged without an authenticator.
    const why = judge(example, false)
    if (why === null) continue
    const bucket = under(why)
    bucket.classes.push(name)
    bucket.count += count
  }
  return [...buckets].toSorted(([, one], [, other]) => other.count - one.count)
}
