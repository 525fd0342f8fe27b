import { setTimeout as pause } from 'node:timers/promises'
import type { Place, Recovery } from './recovery.ts'

/** What people heard of their new passwords, counted. */
export interface Told {
  /** How many were on their way when the database was killed. */
  underWay: number
  /** How many were told that their new password is set, before the kill and after it. */
  before: number
  after: number
  /** Seconds from the kill until a page came that needs the database, and until the first was told again. */
  servedAfter: number
  toldAfter: number
}

const MOST_SECONDS_AWAY = 60

/** People who recover while the database fails over, and a stopwatch. */
export class Load {
  readonly #place: Place
  readonly #recoveries: readonly Recovery[]
  readonly #ends: string[] = []
  readonly #told = { underWay: 0, before: 0, after: 0, servedAfter: NaN, toldAfter: NaN }
  #walking = 0
  #killedAt = NaN
  #watch: Promise<void> = Promise.resolve()

  constructor(place: Place, recoveries: readonly Recovery[]) {
    this.#place = place
    this.#recoveries = recoveries
  }

  /** One of them recovers, as far as it goes: who is turned away gives up. Nobody begins where there is no page. */
  async recover(index: number): Promise<void> {
    await this.#watch
    const recovery = this.#recoveries[index]!
    this.#walking += 1
    try {
      for (const [step, [name]] of recovery.walk.steps.entries()) {
        this.#ends[index] = name
        await recovery.go(step)
      }
      this.#ends[index] = 'nothing'
      this.#wasTold()
    } catch (error) {
      if (Number.isNaN(this.#killedAt)) throw error
    } finally {
      this.#walking -= 1
    }
  }

  /** The step at which one of them was turned away; `nothing` when it was none. */
  endOf(index: number): string {
    return this.#ends[index] ?? ''
  }

  /** Resolves when so many were told that their new password is set. */
  async hasCome(count: number): Promise<void> {
    while (this.#told.before < count) await pause(10)
  }

  /** The database is killed now. */
  killed(): void {
    this.#killedAt = performance.now()
    this.#told.underWay = this.#walking
    this.#watch = this.#untilServed()
  }

  secondsSinceKill(): number {
    return (performance.now() - this.#killedAt) / 1000
  }

  /** What was counted; to be asked when all is over. */
  told(): Told {
    return { ...this.#told }
  }

  #wasTold(): void {
    if (Number.isNaN(this.#killedAt)) {
      this.#told.before += 1
      return
    }
    this.#told.after += 1
    if (this.#told.after === 1) this.#told.toldAfter = this.secondsSinceKill()
  }

  /** Somebody tries again and again; the first answer may still be one of before. */
  async #untilServed(): Promise<void> {
    const visitor = this.#place.browser('198.19.255.255')
    let wasAway = false
    while (this.secondsSinceKill() < MOST_SECONDS_AWAY) {
      const { status } = await visitor.send('GET', '/acme/sign-in')
      if (wasAway && status === 200) {
        this.#told.servedAfter = this.secondsSinceKill()
        return
      }
      wasAway ||= status !== 200
      await pause(50)
    }
    throw new Error('service did not come back within a minute')
  }
}
