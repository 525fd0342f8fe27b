import type { Chance } from './chance.ts'
import { failOver } from './failover.ts'
import { printFates, say } from './print.ts'

/** Lets a standby take over so many times, each time with new people. Returns whether all was as it must be. */
export async function soakFailovers(count: number, chance: Chance): Promise<boolean> {
  const all = []
  for (let done = 0; done < count; done += 1) {
    const { fates, ...told } = await failOver(chance)
    const seconds = (value: number) => `${value.toFixed(1)} s`
    say(
      `${told.underWay} under way at the kill; standby promoted after ${seconds(told.promotedAfter)}, pages again after ` +
        `${seconds(told.servedAfter)}, the next new password after ${seconds(told.toldAfter)}; ` +
        `told of it: ${told.before} before the kill, ${told.after} after`,
    )
    all.push(...fates)
  }
  return printFates(all)
}
