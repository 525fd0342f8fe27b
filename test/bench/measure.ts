/** How long a piece of work takes, in milliseconds. Throws what the work throws. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** What a series of pieces of work took: each in milliseconds, and all of them together. */
export interface Series {
  each: number[]
  perSecond: number
}

/** Does the pieces of work numbered from 0, so many at once, and times each. */
export async function series(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<unknown>,
): Promise<Series> {
  const each: number[] = []
  let next = 0
  const lane = async () => {
    for (let index = next++; index < count; index = next++) each.push(await timed(() => work(index)))
  }
  const took = await timed(() => Promise.all(Array.from({ length: atOnce }, lane)))
  return { each, perSecond: (count * 1000) / took }
}

/**
 * Times two kinds of work in turns, one at a time, so that whatever else the machine does meets both alike; which goes
 * first changes from pair to pair. Returns the milliseconds of each kind.
 */
export async function interleaved(
  pairs: number,
  one: (index: number) => Promise<unknown>,
  other: (index: number) => Promise<unknown>,
): Promise<[number[], number[]]> {
  const took: [number[], number[]] = [[], []]
  for (let index = 0; index < pairs; index += 1) {
    const firstIsOne = index % 2 === 0
    if (firstIsOne) took[0].push(await timed(() => one(index)))
    took[1].push(await timed(() => other(index)))
    if (!firstIsOne) took[0].push(await timed(() => one(index)))
  }
  return took
}

/** The value that a share (0 to 1) of the values does not exceed, by nearest rank. Throws `RangeError` for no values. */
export function percentile(values: number[], share: number): number {
  const value = values.toSorted((one, other) => one - other)[
    Math.max(0, Math.ceil(share * values.length) - 1)
  ]
  if (value === undefined) throw new RangeError('there is nothing to take a percentile of')
  return value
}

export function median(values: number[]): number {
  return percentile(values, 0.5)
}
