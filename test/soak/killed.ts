import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { DEMO_ORGANIZATIONS, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { sentMessages } from '../../src/delivery/outbox.ts'
import { asUrl } from '../cli/process.ts'
import { until } from '../database/embedded-rig.ts'
import { startDemo, type Running } from '../faults/process.ts'
import { timed } from '../bench/measure.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { isSignedIn, signIn } from '../support/steps.ts'
import { Visitor } from '../support/visitor.ts'
import { findFaults } from './aftermath.ts'
import type { Chance } from './chance.ts'
import { addPerson } from './people.ts'
import { WALKS, type Person, type Walk } from './walks.ts'

/** What became of one recovery in which the program was killed. */
export interface Fate {
  /** What the person was doing when it was killed. */
  during: string
  /** `unheard`: the new password was set and nobody was told. */
  outcome: 'old' | 'unheard' | 'acknowledged'
  /** What must not be so, in words; empty when all is well. */
  faults: string[]
}

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
    const recovery = new Recovery(
      store,
      running,
      await addPerson(store.database, walk.slug, recoveries++),
      walk,
    )
    const during = await recovery.walk(doom, usual)
    if (doom) running = await start(store, folder)
    return { during, ...(await recovery.look(running)) }
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

/** One person's recovery, and the sessions that they had open before it. */
class Recovery {
  readonly #store: FreshDatabase
  #running: Running
  readonly #person: Person
  readonly #walk: Walk
  readonly #recovering: Visitor
  readonly #earlier: Visitor[]

  constructor(store: FreshDatabase, running: Running, person: Person, walk: Walk) {
    this.#store = store
    this.#running = running
    this.#person = person
    this.#walk = walk
    this.#recovering = this.#browser()
    // Two tries at once from one address would be told to wait.
    this.#earlier = [this.#browser(18), this.#browser(19)]
  }

  /** Signs in in two browsers and recovers in a third, up to the kill. Returns the step at which that came. */
  async walk(doom: Doom | null, usual: Map<Walk, number[]>): Promise<string> {
    const { slug, steps } = this.#walk
    const pages = await Promise.all(
      this.#earlier.map((browser) => signIn(browser, this.#person.username, DEMO_PASSWORD, slug)),
    )
    for (const { address, status, text } of pages)
      if (address !== `/${slug}/account`) throw new Error(`sign-in answered ${status}: ${text}`)
    const read = (pattern: RegExp) => this.#read(pattern)
    const took: number[] = []
    for (const [index, [name, go]] of steps.entries()) {
      const going = () => go(this.#recovering, this.#person, read)
      if (index === doom?.step) {
        const interrupted = going().catch((error: unknown) => error)
        await pause((usual.get(this.#walk)?.[index] ?? 0) * doom.fraction)
        await this.#running.end('SIGKILL')
        await interrupted
        return name
      }
      took.push(await timed(going))
    }
    usual.set(this.#walk, took)
    return 'nothing'
  }

  /** What the person finds when the program runs again. */
  async look(running: Running): Promise<Omit<Fate, 'during'>> {
    this.#running = running
    const seen = await findFaults({
      database: this.#store.database,
      organizationId: organizationId(this.#walk.slug),
      person: this.#person,
      walk: this.#walk,
      browser: () => this.#browser(),
      kept: await Promise.all(this.#earlier.map((one) => this.#stillSignedIn(one))),
      isRecovererSignedIn: await this.#stillSignedIn(this.#recovering),
    })
    const outcome = this.#person.isAcknowledged ? 'acknowledged' : seen.isNew ? 'unheard' : 'old'
    return { outcome, faults: seen.faults }
  }

  /** The same browser, at the port that the program has now. */
  #stillSignedIn({ cookies }: Visitor): Promise<boolean> {
    const browser = this.#browser()
    for (const [name, value] of cookies) browser.setCookie(name, value)
    return isSignedIn(browser, this.#walk.slug)
  }

  /** A browser in one half of 198.18.0.0/15, which is for measurements: nobody lives there. */
  #browser(half = 18): Visitor {
    const number = Number(this.#person.phone.slice(-7)) % 65_536
    return new Visitor(this.#running.url, `198.${half}.${number >> 8}.${number & 255}`)
  }

  /** Waits for the message to the person, and fails at once when the program that should send it is gone. */
  async #read(pattern: RegExp): Promise<string> {
    let isGone = false
    void this.#running.ended.then(() => (isGone = true))
    return until('the message came', async () => {
      if (isGone) throw new Error('killed')
      const sent = await sentMessages(this.#store.database, [organizationId(this.#walk.slug)], 20)
      const mine = sent.find(({ to }) => to === this.#person.email || to === this.#person.phone)
      return mine && pattern.exec(mine.text ?? '')?.[0]
    })
  }
}

function organizationId(slug: string): string {
  return DEMO_ORGANIZATIONS.find((one) => one.slug === slug)?.id ?? ''
}
