import { Unavailable } from './unavailable.ts'

/** How wide a gate is, and what whoever finds it full is told. */
export interface GateOptions {
  /** What is behind the gate, in words for the log. */
  what: string
  /** Pieces of work that run at once. */
  concurrency: number
  /** Pieces of work that wait, first come first served. */
  queue: number
  retryAfterSeconds: number
  /** Told of each who comes in, or has to wait first; what it returns is called when their turn has come. */
  wanted?: () => () => void
}

/** Lets only so much work run at once and only so much wait: beyond that, an honest refusal beats a growing queue. */
export class Gate {
  readonly #options: GateOptions
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(options: GateOptions) {
    this.#options = options
  }

  /**
   * Runs work when its turn comes and gives back what it gives. Throws `Unavailable` at once when the queue is full, and
   * otherwise whatever the work throws; its place is free again either way.
   */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#enter()
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #enter(): Promise<void> {
    const { what, concurrency, queue, retryAfterSeconds, wanted } = this.#options
    const isFree = this.#running < concurrency
    if (!isFree && this.#waiting.length >= queue) throw new Unavailable(what, { retryAfterSeconds })
    const entered = wanted?.()
    if (isFree) this.#running += 1
    else await new Promise<void>((enter) => this.#waiting.push(enter))
    entered?.()
  }

  /** The place goes straight to the next in line: were it freed first, a newcomer could slip in before it wakes. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#running -= 1
  }
}
