import { after, type Clock } from '../../src/platform/clock.ts'

/** A clock that stands still until a test lets time pass. */
export interface StoppedClock extends Clock {
  pass(milliseconds: number): void
}

export function stoppedClock(start = '2026-03-02T09:00:00Z'): StoppedClock {
  let instant = new Date(start)
  return {
    now: () => instant,
    pass: (milliseconds) => (instant = after(instant, milliseconds)),
  }
}
