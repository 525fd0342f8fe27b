import { mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureReadiness } from '../../src/recovery/readiness/measure.ts'
import { ORGANIZATION } from './clients.ts'
import { interleaved, median, timed } from './measure.ts'
import { measuredOn } from './pages.ts'
import { openWorlds, type Worlds } from './worlds.ts'

/** What is compared, and how many times as long a page may take with many as with few. */
const FEW = { people: 1000, organizations: 0 }
const MANY = { people: 1_000_000, organizations: 10_000 }
const MOST = 1.5
const PAIRS = 15
const PAIRS_WHEN_SLOW = 60
const WARM_UPS = 3

type Say = (line: string) => void

/**
 * Measures every page with few people and with many, in turns on one machine, and says which is slower by more than half. The
 * databases stay in a folder, if one is given, for the next time.
 */
export async function measureSize(say: Say, kept: string | undefined): Promise<void> {
  const folder = kept ?? join(tmpdir(), `latchkey-size-${process.pid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    const worlds = await openWorlds(folder, { few: FEW, many: MANY }, say)
    try {
      await counting(worlds, say)
      await pages(worlds, say)
    } finally {
      await worlds.close()
    }
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

/** The worker counts people by what recovery looks at, so that no page has to; no page waits for it. */
async function counting({ few, many }: Worlds, say: Say): Promise<void> {
  for (const portal of [few, many]) {
    const count = () => portal.within(ORGANIZATION, (tx) => measureReadiness(portal.app.parts, tx))
    say(`the worker counts who could recover: ${(await timed(count)).toFixed(0)} ms`)
  }
}

async function pages({ few, many }: Worlds, say: Say): Promise<void> {
  const [inFew, inMany] = [await measuredOn(few), await measuredOn(many)]
  const slow: string[] = []
  say(`${'page'.padEnd(62)} ${FEW.people} ${MANY.people} ratio`)
  for (const [name, one] of inFew) {
    const other = inMany.get(name)
    if (!other) throw new Error(`${name} is only in one`)
    let took = await inTurns(one, other, PAIRS)
    // Whatever else the machine did may have hit one more than the other: what seems slow is looked at for longer.
    if (took.many / took.few > MOST) took = await inTurns(one, other, PAIRS_WHEN_SLOW)
    const ratio = took.many / took.few
    if (ratio > MOST) slow.push(name)
    const numbers = [took.few, took.many].map((value) => `${value.toFixed(1)} ms`.padStart(10)).join('')
    say(`${name.padEnd(60)}${numbers}  ${ratio.toFixed(2)}${ratio > MOST ? '  above' : ''}`)
  }
  say(slow.length === 0 ? `No page is above ${MOST}.` : `Above ${MOST}: ${slow.join(', ')}`)
}

async function inTurns(
  one: () => Promise<number>,
  other: () => Promise<number>,
  pairs: number,
): Promise<{ few: number; many: number }> {
  for (let turn = 0; turn < WARM_UPS; turn += 1) await Promise.all([one(), other()])
  const took = { few: [] as number[], many: [] as number[] }
  await interleaved(
    pairs,
    async () => void took.few.push(await one()),
    async () => void took.many.push(await other()),
  )
  return { few: median(took.few), many: median(took.many) }
}
