import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { asUrl } from '../cli/process.ts'
import { startDemo, type Running } from '../faults/process.ts'
import { timed } from '../bench/measure.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { Visitor } from '../support/visitor.ts'
import type { Chance } from './chance.ts'
import { addPerson } from './people.ts'
import { Recovery, type Fate, type Place } from './recovery.ts'
import { WALKS, type Walk } from './walks.ts'

/** Where in a recovery the program is killed: so long after a step begins, in parts of the time that it takes. */
interface Doom {
  step: number
  fraction: number
}

/** Steps may be over before the program is killed; in one that has just started they also take longer than was measured. */
const LONGEST_FRACTION = 2

/** The program on a database that outlives it. */
export interface KillingGround {
  /** Lets one more person recover, kills the program on the way, starts it again and looks at what is left. */
  next(): Promise<Fate>
  close(): Promise<void>
}

/** Starts the built program and lets somebody recover undisturbed in each way, to know how long each step takes. */
export async function openKillingGround(chance: Chance): Promise<KillingGround> {
  const store = await freshDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-killed-'))
  let running = await start(store, folder)
  let recoveries = 0
  const usual = new Map<Walk, number[]>()

  const once = async (walk: Walk, doom: Doom | null): Promise<Fate> => {
    const person = await addPerson(store.database, walk.slug, recoveries++)
    const recovery = new Recovery(placeOf(store, running), person, walk)
    await recovery.signInBefore()
    const during = await walkUpTo(doom, recovery)
    if (doom) running = await start(store, folder)
    return { during, ...(await recovery.look(placeOf(store, running))) }
  }
  /** Walks up to the kill; returns the step at which that came. */
  const walkUpTo = async (doom: Doom | null, recovery: Recovery): Promise<string> => {
    const took: number[] = []
    for (const [index, [name]] of recovery.walk.steps.entries()) {
      if (index === doom?.step) {
        const interrupted = recovery.go(index).catch((error: unknown) => error)
        await pause((usual.get(recovery.walk)?.[index] ?? 0) * doom.fraction)
        await running.end('SIGKILL')
        await interrupted
        return name
      }
      took.push(await timed(() => recovery.go(index)))
    }
    usual.set(recovery.walk, took)
    return 'nothing'
  }
  const close = async () => {
    await running.end('SIGKILL')
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    for (const walk of WALKS) {
      const { faults, outcome } = await once(walk, null)
      if (outcome !== 'acknowledged') faults.push(`undisturbed, it came to "${outcome}"`)
      if (faults.length > 0) throw new Error(faults.join('; '))
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    next() {
      const walk = WALKS[recoveries % WALKS.length]!
      return once(walk, doomOf(walk, chance))
    },
    close,
  }
}

/** Every second kill falls while the new password is set: that is where most can go wrong. */
function doomOf({ steps }: Walk, chance: Chance): Doom {
  const last = steps.length - 1
  const step = chance() < 0.5 ? last : Math.floor(chance() * last)
  return { step, fraction: chance() * LONGEST_FRACTION }
}

function start(store: FreshDatabase, folder: string): Promise<Running> {
  return startDemo(folder, {
    DATABASE_URL: asUrl(store.application),
    DATABASE_OWNER_URL: asUrl(store.owner),
    DATABASE_DIRECT_URL: asUrl(store.application),
    // One proxy in front, so that each person can come from an address of their own.
    TRUSTED_PROXIES: '1',
    LOG_LEVEL: 'error',
  })
}

function placeOf({ database }: FreshDatabase, { url, ended }: Running): Place {
  let isGone = false
  void ended.then(() => (isGone = true))
  return { database, browser: (address) => new Visitor(url, address), isGone: () => isGone }
}
