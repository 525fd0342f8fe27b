/** The instant for what happens outside a transaction (inside one, the database tells it). */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** Milliseconds in the units that settings and limits are written in. */
export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The instant that lies `milliseconds` after (or, negative, before) another. */
export function after(instant: Date, milliseconds: number): Date {
  return new Date(instant.getTime() + milliseconds)
}

/** The later of two instants. */
export function later(one: Date, other: Date): Date {
  return one > other ? one : other
}
