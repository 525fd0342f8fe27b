import { after, SECOND } from '../platform/clock.ts'

const FIRST_WAIT = 30 * SECOND

/**
 * In how many seconds a message that was sent for so often may be sent for again: 30 after the first time, and each time
 * twice as long as before, but never longer than the longest wait.
 */
export function secondsUntilAgain(
  { sends, sentForAt }: { sends: number; sentForAt: Date },
  longestWait: number,
  now: Date,
): number {
  const until = after(sentForAt, Math.min(FIRST_WAIT * 2 ** (sends - 1), longestWait))
  return Math.max(0, Math.ceil((until.getTime() - now.getTime()) / SECOND))
}
