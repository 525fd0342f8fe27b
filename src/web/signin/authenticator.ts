import { factorAskedFor, proveFactor } from '../../signin/second-factor.ts'
import { factorAsked, factorProblem } from '../factor.ts'
import { requiredSecret } from '../form.ts'
import { definePage } from '../page.ts'
import { browserOf, writeSession } from './entrance.ts'
import { startAgain } from './start-again.ts'

/** The second half of signing in: a code of the authenticator app, or a recovery code. The one field takes both. */
export const authenticator = definePage({
  path: '/sign-in/authenticator',
  template: 'signin/authenticator',
  async view(visit, ctx) {
    const asked = await factorAskedFor(visit.parts, visit.organization.id, visit.cookies.read('half'))
    return asked ? { view: factorAsked(ctx, asked.codesLeft) } : startAgain(visit)
  },
  fields: { code: requiredSecret({ missing: 'errors.factor.missing' }) },
  async submit(visit, { code }, ctx) {
    const proven = await proveFactor(visit.parts, visit.organization.id, {
      ...browserOf(visit),
      code,
    })
    switch (proven.outcome) {
      case 'signed-in':
        writeSession(visit, proven)
        return proven.proof === 'recovery-code'
          ? { goTo: '/account', notice: `recovery-code-used.${proven.codesLeft}` }
          : { goTo: '/account' }
      case 'refused':
        return { errors: factorProblem(ctx, 'wrong') }
      case 'over':
        return startAgain(visit)
      case 'too-many':
        return { tooMany: proven.retryAfterSeconds }
    }
  },
})
