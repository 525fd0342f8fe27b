import { verifyAuthenticator } from '../../recovery/verify.ts'
import { factorAsked, factorProblem } from '../factor.ts'
import { typedCode } from '../form.ts'
import { definePage } from '../page.ts'
import { atStep } from './step.ts'

/** Who has an authenticator proves it, by its code or by a recovery code, before anything can be changed. */
export const authenticator = definePage({
  path: '/recover/authenticator',
  template: 'recover/authenticator',
  async view(visit, ctx) {
    const here = await atStep(visit, 'verifying')
    if ('goTo' in here) return here
    const { minutesLeft, codesLeft } = here.standing
    return { view: { minutesLeft, ...factorAsked(ctx, codesLeft) } }
  },
  fields: { code: typedCode },
  async submit(visit, { code }, ctx) {
    const here = await atStep(visit, 'verifying')
    if ('goTo' in here) return here
    if (code === '') return { errors: { code: [{ key: 'errors.factor.missing' }] } }
    const { parts, organization, cookies, visitor } = visit
    const answerer = { recoveryToken: cookies.read('recovery') ?? '', visitor }
    const verified = await verifyAuthenticator(parts, organization.id, answerer, code)
    switch (verified.outcome) {
      case 'proved':
        return verified.codesLeft === null
          ? { goTo: '/recover/password' }
          : { goTo: '/recover/password', notice: `recovery-code-used.${verified.codesLeft}` }
      case 'malformed':
        return { errors: factorProblem(ctx, 'malformed') }
      case 'wrong':
        return { errors: factorProblem(ctx, 'wrong') }
      case 'too-many':
        return { tooMany: verified.retryAfterSeconds }
      case 'out-of-step':
        return { goTo: '/recover/password' }
    }
  },
})
