import type { Fate } from './recovery.ts'

export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Prints a table of what became of recoveries, and each fault. Returns whether there is none. */
export function printFates(fates: Fate[]): boolean {
  const row = (during: string, some: Fate[]) => {
    const outcomes = (['old', 'unheard', 'acknowledged'] as const).map(
      (outcome) => some.filter((fate) => fate.outcome === outcome).length,
    )
    const faulty = some.filter(({ faults }) => faults.length > 0).length
    say([during.padEnd(32), ...[some.length, ...outcomes, faulty].map((n) => String(n).padStart(8))].join(''))
  }
  for (const { during, faults } of fates) for (const fault of faults) say(`${during}: ${fault}`)
  say(`${'killed while'.padEnd(32)}   kills     old unheard   heard  faults`)
  for (const during of new Set(fates.map((fate) => fate.during).toSorted()))
    row(
      during,
      fates.filter((fate) => fate.during === during),
    )
  row('in all', fates)
  return fates.every(({ faults }) => faults.length === 0)
}
