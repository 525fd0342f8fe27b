import type { Chance } from './chance.ts'
import { openKillingGround } from './killed.ts'
import { MOST_PEOPLE } from './people.ts'
import { printFates, say } from './print.ts'
import type { Fate } from './recovery.ts'
import { WALKS } from './walks.ts'

/** Some are rehearsed undisturbed. */
const IN_ONE_DATABASE = MOST_PEOPLE - WALKS.length

/** Kills the program in the middle of so many recoveries. Returns whether nothing was left half-done, and nothing lost. */
export async function soakKills(count: number, chance: Chance): Promise<boolean> {
  return printFates(await killMany(chance, count))
}

async function killMany(chance: Chance, left: number): Promise<Fate[]> {
  const ground = await openKillingGround(chance)
  const fates: Fate[] = []
  try {
    while (fates.length < Math.min(left, IN_ONE_DATABASE)) {
      const fate = await ground.next()
      // At once: whoever watches for twenty minutes wants to know.
      for (const fault of fate.faults) say(`${fate.during}: ${fault}`)
      fates.push(fate)
    }
  } finally {
    await ground.close()
  }
  return left > fates.length ? [...fates, ...(await killMany(chance, left - fates.length))] : fates
}
