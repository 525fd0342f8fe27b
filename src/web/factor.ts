import type { Context } from 'koa'

/**
 * What a page that asks for the second lock shows: the app's code, or, where the address says so and there is one left, a
 * recovery code. The one field takes both; it only looks different.
 */
export function factorAsked(
  ctx: Context,
  codesLeft: number,
): { codesLeft: number; asksForRecoveryCode: boolean } {
  return { codesLeft, asksForRecoveryCode: codesLeft > 0 && ctx.query['with'] === 'recovery-code' }
}
