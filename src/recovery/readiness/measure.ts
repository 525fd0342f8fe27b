import type { Transaction } from '../../database/transaction.ts'
import { currentSettings } from '../../organizations/store.ts'
import type { Strategy } from '../strategy.ts'
import { populationOf } from './population.ts'
import { readinessUnder } from './readiness.ts'
import { addDay, areMoreThan, countClasses, dayOf, isDayKept, keepCounts } from './store.ts'

/** So many people are counted on every page; counting more takes longer than a page should. */
const COUNTED_LIVE = 10_000

/** Counts an organization's people anew where that is too much for a page, and once a day how many could get back in. */
export async function measureReadiness(
  parts: { strategies: readonly Strategy[] },
  tx: Transaction,
  { countedLive = COUNTED_LIVE }: { countedLive?: number } = {},
): Promise<void> {
  await keepCounts(tx, (await areMoreThan(tx, countedLive)) ? await countClasses(tx) : null)
  const day = dayOf(tx.now)
  if (await isDayKept(tx, day)) return
  const { settings } = await currentSettings(tx)
  const { people, able } = await readinessUnder(parts, tx, settings, await populationOf(tx))
  await addDay(tx, { day, people, able })
}
