import { DAY } from '../../../platform/clock.ts'
import { formatDay, formatShare } from '../../../i18n/format.ts'
import type { ReadinessDay } from '../../../recovery/readiness/store.ts'

/** Where the lines stand that the curve is read by, from the top. */
const LEVELS = [1, 0.5, 0]

/** A curve in a square of a hundred by a hundred, which is stretched to the page; words stand beside it and keep their size. */
export interface Chart {
  /** The points of the curve, as SVG takes them. */
  curve: string
  /** The last of them. */
  end: { x: number; y: number }
  levels: { y: number; label: string }[]
  /** The days at its ends. */
  from: string
  to: string
}

/** Draws the share of people who could get back in, day by day; null where one day or none is known. */
export function chartOf(days: readonly ReadinessDay[], locale: string): Chart | null {
  const [first, last] = [days[0], days.at(-1)]
  if (!first || !last || days.length < 2) return null
  const begin = Date.parse(first.day)
  const span = (Date.parse(last.day) - begin) / DAY
  // By date and not by row: days on which nothing was measured are a longer line.
  const points = days.map(({ day, people, able }) => ({
    x: hundredths((100 * (Date.parse(day) - begin)) / DAY / span),
    y: heightOf(people === 0 ? 0 : able / people),
  }))
  return {
    curve: points.map(({ x, y }) => `${x},${y}`).join(' '),
    end: points.at(-1) ?? { x: 100, y: 100 },
    levels: LEVELS.map((level) => ({ y: heightOf(level), label: formatShare(level, 1, locale) })),
    from: formatDay(first.day, locale),
    to: formatDay(last.day, locale),
  }
}

function heightOf(share: number): number {
  return hundredths(100 * (1 - share))
}

function hundredths(length: number): number {
  return Math.round(100 * length) / 100
}
