import { DAY } from '../../../platform/clock.ts'
import { formatDay, formatShare } from '../../../i18n/format.ts'
import type { ReadinessDay } from '../../../recovery/readiness/store.ts'

/** How large the drawing is, in its own units, and what of it the curve fills. */
const SIZE = { width: 640, height: 200 }
const FIELD = { left: 52, right: 628, top: 12, bottom: 168 }

/** Where the lines stand that the curve is read by. */
const LEVELS = [0, 0.5, 1]

/** What is drawn of how many could get back in over some days. */
export interface Chart {
  width: number
  height: number
  field: typeof FIELD
  /** The points of the curve, as SVG takes them. */
  curve: string
  /** The area below it. */
  area: string
  last: { x: number; y: number }
  levels: { y: number; label: string }[]
  /** Below its ends. */
  from: string
  to: string
}

/** Draws the share of people who could get back in, day by day; null where one day or none is known. */
export function chartOf(days: readonly ReadinessDay[], locale: string): Chart | null {
  const [first, last] = [days[0], days.at(-1)]
  if (!first || !last || days.length < 2) return null
  const begin = Date.parse(first.day)
  const span = (Date.parse(last.day) - begin) / DAY
  // By date and not by row: a day on which nothing was measured is a longer line, no step.
  const points = days.map(({ day, people, able }) => {
    const x = FIELD.left + ((FIELD.right - FIELD.left) * (Date.parse(day) - begin)) / DAY / span
    return { x: tenths(x), y: heightOf(people === 0 ? 0 : able / people) }
  })
  const curve = points.map(({ x, y }) => `${x},${y}`).join(' ')
  return {
    ...SIZE,
    field: FIELD,
    curve,
    area: `${FIELD.left},${FIELD.bottom} ${curve} ${FIELD.right},${FIELD.bottom}`,
    last: points.at(-1) ?? { x: FIELD.right, y: FIELD.bottom },
    levels: LEVELS.map((level) => ({ y: heightOf(level), label: formatShare(level, 1, locale) })),
    from: formatDay(first.day, locale),
    to: formatDay(last.day, locale),
  }
}

function heightOf(share: number): number {
  return tenths(FIELD.bottom - (FIELD.bottom - FIELD.top) * share)
}

function tenths(length: number): number {
  return Math.round(10 * length) / 10
}
