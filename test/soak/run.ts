import { systemRandom } from '../../src/platform/random.ts'
import { startSuiteDatabase, stopSuiteDatabase } from '../support/database.ts'
import { seededChance, type Chance } from './chance.ts'
import { soakFailovers } from './failovers.ts'
import { soakKills } from './kills.ts'
import { say } from './print.ts'
import { soakReleases } from './releases.ts'

/**
 * Breaks what the built program stands on, and ends with a fault when anything was left half-done, or lost that was
 * acknowledged. `npm run soak -- <how many> <seed>` kills the program in the middle of recoveries; `-- failover <how many>
 * <seed>` kills the database and promotes its standby; `-- releases <how many> <seed> <commit>` lets an older release and
 * today's serve one database.
 */

type Soak = (count: number, chance: Chance, commit?: string) => Promise<boolean>

const NAMED: Record<string, [soak: Soak, usualCount: number]> = {
  failover: [soakFailovers, 1],
  releases: [soakReleases, 20],
}

const words = process.argv.slice(2)
const named = NAMED[words[0] ?? '']
const [soak, usualCount] = named ?? [soakKills, 500]
const [count, seed, commit] = named ? words.slice(1) : words

await startSuiteDatabase()
try {
  const chosen = Number(seed ?? systemRandom.below(2 ** 31))
  say(`seed ${chosen}`)
  if (!(await soak(Number(count ?? usualCount), seededChance(chosen), commit))) process.exitCode = 1
} finally {
  await stopSuiteDatabase()
}
