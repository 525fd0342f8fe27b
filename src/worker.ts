import { MINUTE, SECOND } from './platform/clock.ts'
import type { Logger } from './platform/log.ts'

/** What a worker does, each in rounds of its own. */
export type Work = 'sending' | 'chaining' | 'importing' | 'housekeeping'

export interface WorkerParts {
  /** Does a round of what is due and tells how much that was. Rounds may overlap. Takes up nothing more once aborted. */
  dispatch: (stop: AbortSignal) => Promise<number>
  housekeeping: (stop: AbortSignal) => Promise<void>
  /** Chains what was recorded since the last time and tells how much that was. */
  chain: (stop: AbortSignal) => Promise<number>
  /** Brings over some of the people who are imported and tells how many rows that were. */
  importPeople: (stop: AbortSignal) => Promise<number>
  /** Starts listening for work and returns what ends it; null where only polling is possible (a pooler in between). */
  listen: ((events: { wake: () => void; lost: () => void }) => Promise<() => Promise<void>>) | null
  /** Told of each round that ended well. */
  onRound?: (work: Work) => void
  log: Logger
  pollMs?: number
  housekeepingMs?: number
}

const FAILED: Record<Work, string> = {
  sending: 'a round of sending failed',
  chaining: 'a round of chaining the activity log failed',
  importing: 'a round of importing people failed',
  housekeeping: 'housekeeping failed',
}

const POLL_MS = SECOND
const HOUSEKEEPING_MS = 10 * MINUTE
const LONGEST_WAIT_TO_LISTEN_MS = 30 * SECOND

/**
 * Works in the background until stopped: sends what is due, at once when woken and each second otherwise, chains
 * the log and imports people each second, and keeps house at the start and every ten minutes. Nothing that its parts throw ends it. `stop` resolves when what is in hand
 * is finished, which what is under way hears of; calling it again waits for the same.
 */
export function startWorker(parts: WorkerParts): { stop(): Promise<void> } {
  const { pollMs = POLL_MS, housekeepingMs = HOUSEKEEPING_MS, log } = parts
  const [due, house, connection, reconnect] = [bell(), bell(), bell(), bell()]
  const pauses: Bell[] = []
  const ending = new AbortController()
  const isStopping = () => ending.signal.aborted

  async function sendWhatIsDue(): Promise<void> {
    const underWay = new Set<Promise<void>>()
    while (!isStopping()) {
      // Not waited for: a round that has a slow mail in it must not hold up the next one.
      const round = parts.dispatch(ending.signal).then(
        (taken) => {
          parts.onRound?.('sending')
          if (taken > 0) due.ring()
        },
        (error: unknown) => log.error({ err: error }, FAILED.sending),
      )
      underWay.add(round)
      void round.finally(() => underWay.delete(round))
      await due.rings(pollMs)
    }
    await Promise.all(underWay)
  }

  /** Goes on while there is something to do, and looks again after a while. */
  async function keepAt(
    name: 'chaining' | 'importing',
    work: (stop: AbortSignal) => Promise<number>,
  ): Promise<void> {
    const pause = bell()
    pauses.push(pause)
    while (!isStopping()) {
      const done = await work(ending.signal).then(
        (count) => {
          parts.onRound?.(name)
          return count
        },
        (error: unknown) => {
          log.error({ err: error }, FAILED[name])
          return 0
        },
      )
      if (done === 0) await pause.rings(pollMs)
    }
  }

  async function keepHouse(): Promise<void> {
    while (!isStopping()) {
      await parts.housekeeping(ending.signal).then(
        () => parts.onRound?.('housekeeping'),
        (error: unknown) => log.error({ err: error }, FAILED.housekeeping),
      )
      await house.rings(housekeepingMs)
    }
  }

  async function keepListening(listen: NonNullable<WorkerParts['listen']>): Promise<void> {
    let waitMs = pollMs
    while (!isStopping()) {
      try {
        const end = await listen({ wake: due.ring, lost: connection.ring })
        due.ring() // What was queued while nobody listened.
        waitMs = pollMs
        await connection.rings()
        await end()
      } catch (error) {
        log.warn({ err: error }, 'not listening for messages; looking for them each second')
        waitMs = Math.min(2 * waitMs, LONGEST_WAIT_TO_LISTEN_MS)
      }
      await reconnect.rings(waitMs)
    }
  }

  const running = Promise.all([
    sendWhatIsDue(),
    keepHouse(),
    keepAt('chaining', parts.chain),
    keepAt('importing', parts.importPeople),
    ...(parts.listen ? [keepListening(parts.listen)] : []),
  ])
  return {
    async stop() {
      ending.abort()
      for (const each of [due, house, connection, reconnect, ...pauses]) each.ring()
      await running
    },
  }
}

interface Bell {
  ring: () => void
  /** Resolves when the bell rings, or already has since the last time, or (if given) when the time is up. */
  rings: (atMostMs?: number) => Promise<void>
}

function bell(): Bell {
  let hasRung = false
  let answer: (() => void) | null = null
  return {
    ring() {
      hasRung = true
      answer?.()
    },
    async rings(atMostMs) {
      let timer: NodeJS.Timeout | undefined
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          answer = resolve
          if (atMostMs !== undefined) timer = setTimeout(resolve, atMostMs)
        })
      }
      clearTimeout(timer)
      hasRung = false
      answer = null
    },
  }
}
