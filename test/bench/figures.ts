import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../src/platform/root.ts'

/** Figures that were published, of which more is better, by the names of their lines; and the machine that had them. */
export interface Published {
  machine: string
  figures: Record<string, number>
}

/** A fifth less than published is a loss that somebody must explain. */
const MOST_LOSS = 0.2

/** What stands in `figures.json`. */
export function published(): Published {
  return JSON.parse(readFileSync(join(projectRoot, 'test', 'bench', 'figures.json'), 'utf8')) as Published
}

/** Each published figure with the share of it that was measured: 1 is the same, 0.5 half as many, 0 what is missing. */
export function sharesOf(
  measured: readonly (readonly [name: string, value: string])[],
  { figures }: Published,
): [name: string, share: number][] {
  const values = new Map(measured)
  return Object.entries(figures).map(([name, figure]) => [name, Number(values.get(name) ?? 0) / figure])
}

/** The names of the figures that lost more than may be lost. */
export function lossesIn(shares: readonly (readonly [name: string, share: number])[]): string[] {
  return shares.filter(([, share]) => !(share >= 1 - MOST_LOSS)).map(([name]) => name)
}
