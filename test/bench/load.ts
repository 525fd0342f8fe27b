import { startSuiteDatabase, stopSuiteDatabase } from '../support/database.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { addPeople, browserAt, nameOf, PASSWORD, withoutLimits } from './clients.ts'
import { median, percentile, timed } from './measure.ts'
import type { Row } from './speed.ts'

const PEOPLE = 400
const ALONE_MS = 10_000
const FLOOD_MS = 30_000
const FLOOD_PER_SECOND = 200
/** A flood that is answered more slowly than it comes is not let grow without end: the machine is what is measured. */
const MOST_IN_FLIGHT = 40
const PILED_UP = 1_000_000

/** Measures signing in beside a flood of forgotten passwords, and beside the deletion of what has piled up. */
export async function measureLoad(): Promise<Row[]> {
  await startSuiteDatabase()
  try {
    const portal = await openPortal({ hashing: 'real', lanes: 'own', config: withoutLimits })
    try {
      await addPeople(portal, PEOPLE)
      const alone = await signInsUntil(portal, after(ALONE_MS))
      return [['sign-in alone', shown(alone)], ...(await flooded(portal)), ...(await purged(portal))]
    } finally {
      await portal.close()
    }
  } finally {
    await stopSuiteDatabase()
  }
}

async function flooded(portal: Portal): Promise<Row[]> {
  const worker = portal.app.startWorker()
  const isOver = after(FLOOD_MS)
  const [asked, beside] = await Promise.all([flood(portal, isOver), signInsUntil(portal, isOver)])
  await worker.stop()
  return [
    [`forgotten passwords per second, of ${FLOOD_PER_SECOND} wanted`, (asked / (FLOOD_MS / 1000)).toFixed(0)],
    ['sign-in beside them', shown(beside)],
    ['memory of client and server in one process', `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`],
  ]
}

/** Asks at a steady pace, whatever comes back; tells how many were answered. */
async function flood(portal: Portal, isOver: () => boolean): Promise<number> {
  const post = await browserAt(portal, '/recover')
  const inFlight = new Set<Promise<void>>()
  const began = performance.now()
  let asked = 0
  while (!isOver()) {
    const due = ((performance.now() - began) / 1000) * FLOOD_PER_SECOND
    while (asked < due && inFlight.size < MOST_IN_FLIGHT) {
      const answer = post({ identifier: nameOf(asked % PEOPLE) }, 303)
      asked += 1
      inFlight.add(answer)
      void answer.finally(() => inFlight.delete(answer))
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(inFlight)
  return asked
}

async function purged(portal: Portal): Promise<Row[]> {
  const { pool } = portal.app.parts.database
  await pool.raw(
    `insert into limits (key, spent, ends_at) select 'over-' || n, 1, timestamptz '2020-01-01' from generate_series(1, ?) as n`,
    [PILED_UP],
  )
  let isDone = false
  const keeping = timed(() => portal.app.keepHouse()).finally(() => (isDone = true))
  const beside = await signInsUntil(portal, () => isDone)
  const seconds = (await keeping) / 1000
  return [
    [`deleting ${PILED_UP} counts that are over`, `${seconds.toFixed(1)} s`],
    ['sign-in beside it', shown(beside)],
  ]
}

async function signInsUntil(portal: Portal, isOver: () => boolean): Promise<number[]> {
  const post = await browserAt(portal, '/sign-in')
  const took: number[] = []
  while (!isOver()) {
    const identifier = nameOf(took.length % PEOPLE)
    took.push(await timed(() => post({ identifier, password: PASSWORD }, 303)))
  }
  return took
}

function after(milliseconds: number): () => boolean {
  const end = performance.now() + milliseconds
  return () => performance.now() >= end
}

function shown(took: number[]): string {
  return `p50 ${median(took).toFixed(1)} ms, p95 ${percentile(took, 0.95).toFixed(1)} ms`
}
