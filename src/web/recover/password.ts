import { completeRecovery } from '../../recovery/complete.ts'
import { hiddenText, optionalLine, requiredSecret } from '../form.ts'
import { isMarkOf, markOf } from '../left-open.ts'
import { faultOfTerms, faultsOfConfirmation, listOfRules, wordsFor } from '../new-password.ts'
import { definePage } from '../page.ts'
import { atStep } from './step.ts'

/** The new password, with the organization's rules as a list. */
export const password = definePage({
  path: '/recover/password',
  template: 'recover/password',
  async view(visit, _ctx, wrong) {
    const here = await atStep(visit, 'password')
    if ('goTo' in here) return here
    const { minutesLeft, username, isInvitation, termsUrl } = here.standing
    const attempt = markOf(visit, 'recovery')
    const rules = listOfRules(visit.settings.passwords, wrong, { isFirst: isInvitation })
    return { view: { minutesLeft, username, isInvitation, termsUrl, attempt, ...rules } }
  },
  fields: {
    attempt: hiddenText,
    password: requiredSecret({ missing: 'errors.password.missing' }),
    confirmation: requiredSecret({ missing: 'errors.confirmation.missing' }),
    terms: optionalLine({ tooLong: 'errors.form.unreadable' }),
  },
  async submit(visit, values) {
    const here = await atStep(visit, 'password')
    if ('goTo' in here) return here
    if (!isMarkOf(visit, 'recovery', values.attempt))
      return { errors: { form: [{ key: 'errors.form.other-recovery' }] } }
    const different = faultsOfConfirmation(values, visit.settings.passwords)
    const isTermsMissing = here.standing.termsUrl !== null && values.terms === ''
    if (different) return { errors: { ...different, ...faultOfTerms(isTermsMissing) } }
    const { parts, organization, cookies, visitor, locale, settings } = visit
    const completion = await completeRecovery(parts, organization.id, {
      recoveryToken: cookies.read('recovery') ?? '',
      sessionToken: cookies.read('session'),
      password: values.password,
      hasAcceptedTerms: values.terms !== '',
      visitor,
      locale,
      deviceToken: cookies.read('device'),
    })
    switch (completion.outcome) {
      case 'completed':
        cookies.write('device', completion.deviceToken)
        if (completion.sessionToken === null) {
          cookies.clear('session')
          return { goTo: '/recover/done' }
        }
        cookies.write('session', completion.sessionToken)
        cookies.clear('recovery')
        return { goTo: '/account', notice: 'recovered' }
      case 'refused':
        return {
          errors: {
            password: wordsFor(completion.problems, settings.passwords),
            ...faultOfTerms(completion.isTermsMissing),
          },
        }
      case 'out-of-step':
        // The page's own step check finds where this browser belongs now.
        return { goTo: '/recover/password' }
    }
  },
})
