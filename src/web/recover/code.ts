import { beginAgain } from '../../recovery/choose.ts'
import { enterCode } from '../../recovery/enter-code.ts'
import { offeredLink } from '../../recovery/strategies/index.ts'
import { choice, typedCode } from '../form.ts'
import { definePage, type Submitted } from '../page.ts'
import type { Visit } from '../visit.ts'
import { afterAsking, askingFrom } from './asking.ts'
import { atStep } from './step.ts'

/** "Please check your phone": the same for everyone, with the code's field, a new code and the way round it. */
export const code = definePage({
  path: '/recover/code',
  template: 'recover/code',
  async view(visit) {
    const here = await atStep(visit, 'code')
    if ('goTo' in here) return here
    const { way, triesLeft, minutes, mayAskAgainInSeconds } = here.standing
    const instead = offeredLink(visit.parts, visit.settings.recovery)?.id ?? null
    return { view: { way, triesLeft, minutes, mayAskAgainInSeconds, instead } }
  },
  fields: { action: choice(['continue', 'again']), code: typedCode },
  async submit(visit, { action, code: typed }) {
    const here = await atStep(visit, 'code')
    if ('goTo' in here) return here
    if (action === 'continue') return enter(visit, typed)
    const begun = await beginAgain(visit.parts, visit.organization.id, askingFrom(visit))
    return begun ? afterAsking(visit, begun, 'again') : { goTo: '/recover' }
  },
})

async function enter({ parts, organization, cookies, visitor }: Visit, typed: string): Promise<Submitted> {
  if (typed === '') return { errors: { code: [{ key: 'errors.code.missing' }] } }
  const entered = await enterCode(parts, organization.id, cookies.read('recovery') ?? '', typed, visitor)
  switch (entered.outcome) {
    case 'proved':
      cookies.write('recovery', entered.browserToken)
      return { goTo: '/recover/password' }
    case 'malformed':
      return { errors: { code: [{ key: 'errors.code.malformed' }] } }
    case 'wrong':
      return { errors: { code: [{ key: 'errors.code.wrong', params: { count: entered.triesLeft } }] } }
    case 'dead':
      return entered.reason === 'expired'
        ? { errors: { code: [{ key: 'errors.code.expired' }] } }
        : { goTo: `/recover/ended/${entered.reason}` }
    case 'too-many':
      return { tooMany: entered.retryAfterSeconds }
    case 'out-of-step':
      return { goTo: '/recover' }
  }
}
