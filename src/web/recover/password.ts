import { completeRecovery } from '../../recovery/complete.ts'
import { requiredSecret } from '../form.ts'
import { listOfRules, wordsFor } from '../new-password.ts'
import { definePage } from '../page.ts'
import { atStep } from './step.ts'

/** The new password, with the organization's rules as a list. */
export const password = definePage({
  path: '/recover/password',
  template: 'recover/password',
  async view(visit, ctx) {
    const here = await atStep(visit, 'password')
    if ('goTo' in here) return here
    const { minutesLeft, username } = here.standing
    return { view: { minutesLeft, username, ...listOfRules(visit.settings.passwords, ctx.request.body) } }
  },
  fields: {
    password: requiredSecret({ missing: 'errors.password.missing' }),
    confirmation: requiredSecret({ missing: 'errors.confirmation.missing' }),
  },
  async submit(visit, values) {
    const here = await atStep(visit, 'password')
    if ('goTo' in here) return here
    if (values.password !== values.confirmation) {
      return { errors: { confirmation: [{ key: 'errors.confirmation.different' }] } }
    }
    const { parts, organization, cookies, visitor, locale, settings } = visit
    const completion = await completeRecovery(parts, organization.id, {
      recoveryToken: cookies.read('recovery') ?? '',
      password: values.password,
      visitor,
      locale,
      deviceToken: cookies.read('device'),
    })
    switch (completion.outcome) {
      case 'completed':
        if (completion.deviceToken) cookies.write('device', completion.deviceToken)
        cookies.clear('session')
        return { goTo: '/recover/done' }
      case 'refused':
        return { errors: { password: wordsFor(completion.problems, settings.passwords) } }
      case 'out-of-step':
        // The page's own step check finds where this browser belongs now.
        return { goTo: '/recover/password' }
    }
  },
})
