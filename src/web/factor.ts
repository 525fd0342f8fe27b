import type { Context } from 'koa'
import type { Problem } from './form.ts'

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

const WORDS = {
  app: { malformed: 'errors.factor.malformed', wrong: 'errors.factor.wrong' },
  'recovery-code': {
    malformed: 'errors.recovery-factor.malformed',
    wrong: 'errors.recovery-factor.wrong',
  },
}

/** What a factor was refused for: who typed a recovery code need not wait for the app's next code. */
export function factorProblem(ctx: Context, problem: 'malformed' | 'wrong'): { code: Problem[] } {
  const kind = ctx.query['with'] === 'recovery-code' ? 'recovery-code' : 'app'
  return { code: [{ key: WORDS[kind][problem] }] }
}
