import type { Context } from 'koa'

/** The token in a link's address. */
export function tokenOf(ctx: Context): string {
  const { token } = ctx.query
  return typeof token === 'string' ? token : ''
}
