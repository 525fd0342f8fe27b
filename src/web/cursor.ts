import type { Context } from 'koa'
import { isId } from '../platform/random.ts'

/** The id in the query of an address from which on a list is read; null where there is none that could be one. */
export function idIn(ctx: Context, name: string): string | null {
  const given = ctx.query[name]
  return typeof given === 'string' && isId(given) ? given : null
}

/** A page of a list that was asked for with one more than it shows, and the id from which the next page goes on. */
export function cut<Item extends { id: string }>(
  found: Item[],
  most: number,
): { items: Item[]; next: string | null } {
  const items = found.slice(0, most)
  return { items, next: found.length > most ? (items.at(-1)?.id ?? null) : null }
}
