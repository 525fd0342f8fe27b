import { DEMO_ORGANIZATIONS, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import type { Database } from '../../src/database/connect.ts'
import { sentMessages } from '../../src/delivery/outbox.ts'
import { Unavailable } from '../../src/platform/unavailable.ts'
import { until } from '../database/embedded-rig.ts'
import { isSignedIn, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'
import { findFaults } from './aftermath.ts'
import type { Person, Walk } from './walks.ts'

/** What became of one recovery in which something was killed. */
export interface Fate {
  /** What the person was doing when it was killed. */
  during: string
  /** `unheard`: the new password was set and nobody was told. */
  outcome: 'old' | 'unheard' | 'acknowledged'
  /** What must not be so, in words; empty when all is well. */
  faults: string[]
}

/** So many people recover at a time that one's message is among the last of these. */
const MOST_MESSAGES = 100

/** Where people recover. */
export interface Place {
  database: Database
  /** A browser at an address of its own, at whatever serves now. */
  browser(address: string): Visitor
  /** Whether what should send messages is gone for good. */
  isGone?(): boolean
}

/** One person's recovery, and the sessions that they had open before it. */
export class Recovery {
  readonly walk: Walk
  #place: Place
  readonly #person: Person
  readonly #recovering: Visitor
  readonly #earlier: Visitor[]

  constructor(place: Place, person: Person, walk: Walk) {
    this.#place = place
    this.#person = person
    this.walk = walk
    this.#recovering = this.#browser()
    // Two tries at once from one address would be told to wait.
    this.#earlier = [this.#browser(18), this.#browser(19)]
  }

  /** Signs in in two browsers. Throws an Error when one of them is not let in. */
  async signInBefore(): Promise<void> {
    const { slug } = this.walk
    const pages = await Promise.all(
      this.#earlier.map((browser) => signIn(browser, this.#person.username, DEMO_PASSWORD, slug)),
    )
    for (const { address, status, text } of pages)
      if (address !== `/${slug}/account`) throw new Error(`sign-in answered ${status}: ${text}`)
  }

  /** Goes one step of the walk in a third browser. Throws an Error when the answer is not the step's. */
  async go(step: number): Promise<void> {
    const [, go] = this.walk.steps[step]!
    await go(this.#recovering, this.#person, (pattern) => this.#read(pattern))
  }

  /** What the person finds afterwards, at a place that may be another by now. */
  async look(place: Place): Promise<Omit<Fate, 'during'>> {
    this.#place = place
    const seen = await findFaults({
      database: place.database,
      organizationId: organizationId(this.walk.slug),
      person: this.#person,
      walk: this.walk,
      browser: () => this.#browser(),
      kept: await Promise.all(this.#earlier.map((one) => this.#stillSignedIn(one))),
      isRecovererSignedIn: await this.#stillSignedIn(this.#recovering),
    })
    const outcome = this.#person.isAcknowledged ? 'acknowledged' : seen.isNew ? 'unheard' : 'old'
    return { outcome, faults: seen.faults }
  }

  /** The same browser, at the place that there is now. */
  #stillSignedIn({ cookies }: Visitor): Promise<boolean> {
    const browser = this.#browser()
    for (const [name, value] of cookies) browser.setCookie(name, value)
    return isSignedIn(browser, this.walk.slug)
  }

  /** A browser in one half of 198.18.0.0/15, which is for measurements: nobody lives there. */
  #browser(half = 18): Visitor {
    const number = Number(this.#person.phone.slice(-7)) % 65_536
    return this.#place.browser(`198.${half}.${number >> 8}.${number & 255}`)
  }

  /** Waits for the message to the person, and fails at once when what should send it is gone. */
  async #read(pattern: RegExp): Promise<string> {
    return until('the message came', async () => {
      if (this.#place.isGone?.()) throw new Error('killed')
      const sent = await sentMessages(
        this.#place.database,
        [organizationId(this.walk.slug)],
        MOST_MESSAGES,
      ).catch(noneWhileAway)
      const mine = sent.find(({ to }) => to === this.#person.email || to === this.#person.phone)
      return mine && pattern.exec(mine.text ?? '')?.[0]
    })
  }
}

/** Who waits for a mail does not see that the database is away. */
function noneWhileAway(error: unknown): [] {
  if (error instanceof Unavailable) return []
  throw error
}

function organizationId(slug: string): string {
  return DEMO_ORGANIZATIONS.find((one) => one.slug === slug)?.id ?? ''
}
