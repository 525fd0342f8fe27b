import { inGroups, newBase32, readBase32 } from '../platform/base32.ts'
import { after, DAY } from '../platform/clock.ts'
import type { Random } from '../platform/random.ts'

/** 80 bits. */
const LENGTH = 16
const GROUP = 4

/** How long a person may wait before they use what was handed to them. */
export const GOOD_FOR = 7 * DAY

/**
 * A password to be handed to somebody on paper, as it is printed: `3k7m-q2x9-…`, four groups. No organization's rules
 * hold for it: it is chance alone, and opens nothing but the choice of an own password.
 */
export function newInitialPassword(random: Random): string {
  return inGroups(newBase32(random, LENGTH), GROUP)
}

/** An initial password in its one form, which is hashed, out of what a person typed; null for what can be none. */
export function readInitialPassword(text: string): string | null {
  return readBase32(text, LENGTH)
}

/** Until when an initial password that was made at an instant is good. */
export function goodUntil(madeAt: Date): Date {
  return after(madeAt, GOOD_FOR)
}
