import { systemRandom } from '../../src/platform/random.ts'
import { startSuiteDatabase, stopSuiteDatabase } from '../support/database.ts'
import { seededChance, type Chance } from './chance.ts'
import { openKillingGround, type Fate } from './killed.ts'
import { MOST_PEOPLE } from './people.ts'
import { WALKS } from './walks.ts'

/**
 * Kills the built program in the middle of recoveries, `npm run soak -- <how many> <seed>`, and prints a table of what
 * became of them. Ends with a fault when one of them left anything half-done, or lost what was acknowledged.
 */

const RECOVERIES = 500
/** Some are rehearsed undisturbed. */
const IN_ONE_DATABASE = MOST_PEOPLE - WALKS.length

const [count, seed] = [process.argv[2] ?? RECOVERIES, process.argv[3] ?? systemRandom.below(2 ** 31)].map(
  Number,
)

async function killMany(chance: Chance, left: number): Promise<Fate[]> {
  const ground = await openKillingGround(chance)
  const fates: Fate[] = []
  try {
    while (fates.length < Math.min(left, IN_ONE_DATABASE)) {
      const fate = await ground.next()
      for (const fault of fate.faults) say(`${fate.during}: ${fault}`)
      fates.push(fate)
    }
  } finally {
    await ground.close()
  }
  return left > fates.length ? [...fates, ...(await killMany(chance, left - fates.length))] : fates
}

function print(fates: Fate[]): void {
  const row = (during: string, some: Fate[]) => {
    const outcomes = (['old', 'unheard', 'acknowledged'] as const).map(
      (outcome) => some.filter((fate) => fate.outcome === outcome).length,
    )
    const faulty = some.filter(({ faults }) => faults.length > 0).length
    say([during.padEnd(32), ...[some.length, ...outcomes, faulty].map((n) => String(n).padStart(8))].join(''))
  }
  say(`${'killed while'.padEnd(32)}   kills     old unheard   heard  faults`)
  for (const during of new Set(fates.map((fate) => fate.during).toSorted()))
    row(
      during,
      fates.filter((fate) => fate.during === during),
    )
  row('in all', fates)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

await startSuiteDatabase()
try {
  say(`seed ${seed}`)
  const fates = await killMany(seededChance(seed ?? 0), count ?? 0)
  print(fates)
  if (fates.some(({ faults }) => faults.length > 0)) process.exitCode = 1
} finally {
  await stopSuiteDatabase()
}
