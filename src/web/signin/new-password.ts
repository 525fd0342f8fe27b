import { formatInstant } from '../../i18n/format.ts'
import { MINUTE } from '../../platform/clock.ts'
import {
  chooseFirstPassword,
  firstPasswordAskedFor,
  type FirstPasswordAsked,
} from '../../signin/first-password.ts'
import { HALF_DONE_FOR } from '../../signin/store.ts'
import { hiddenText, optionalLine, requiredSecret } from '../form.ts'
import { isMarkOf, markOf } from '../left-open.ts'
import { faultOfTerms, faultsOfConfirmation, listOfRules, wordsFor } from '../new-password.ts'
import { definePage } from '../page.ts'
import type { Visit } from '../visit.ts'
import { browserOf, writeSession } from './entrance.ts'
import { startAgain } from './start-again.ts'

/** The second half of signing in with an initial password: an own one, and whether somebody used the initial one before. */
export const newPassword = definePage({
  path: '/sign-in/new-password',
  template: 'signin/new-password',
  async view(visit, _ctx, wrong) {
    const { locale, settings } = visit
    const asked = await askedHere(visit)
    if (!asked) return startAgain(visit)
    const { username, madeBy, usedElsewhere, termsUrl } = asked
    return {
      view: {
        username,
        attempt: markOf(visit, 'half'),
        minutes: HALF_DONE_FOR / MINUTE,
        termsUrl,
        made: { by: madeBy, when: formatInstant(asked.madeAt, locale) },
        used: usedElsewhere && {
          when: formatInstant(usedElsewhere.at, locale),
          place: usedElsewhere.address,
          device: usedElsewhere.device,
        },
        // Never the initial one again, whatever the organization asks of others.
        ...listOfRules({ ...settings.passwords, notLast: true }, wrong),
      },
    }
  },
  fields: {
    attempt: hiddenText,
    password: requiredSecret({ missing: 'errors.password.missing' }),
    confirmation: requiredSecret({ missing: 'errors.confirmation.missing' }),
    terms: optionalLine({ tooLong: 'errors.form.unreadable' }),
  },
  async submit(visit, { attempt, password, confirmation, terms }) {
    const { parts, organization, locale, settings } = visit
    if (!isMarkOf(visit, 'half', attempt))
      return { errors: { form: [{ key: 'errors.form.other-recovery' }] } }
    const different = faultsOfConfirmation({ password, confirmation }, settings.passwords)
    if (different) {
      const isTermsMissing = terms === '' && (await askedHere(visit))?.termsUrl != null
      return { errors: { ...different, ...faultOfTerms(isTermsMissing) } }
    }
    const chosen = await chooseFirstPassword(parts, organization.id, {
      ...browserOf(visit),
      password,
      hasAcceptedTerms: terms !== '',
      locale,
    })
    switch (chosen.outcome) {
      case 'signed-in':
        writeSession(visit, chosen)
        return { goTo: '/account/add-email', notice: 'own-password' }
      case 'refused':
        return {
          errors: {
            password: wordsFor(chosen.problems, settings.passwords),
            ...faultOfTerms(chosen.isTermsMissing),
          },
        }
      case 'over':
        return startAgain(visit)
      case 'too-many':
        return { tooMany: chosen.retryAfterSeconds }
    }
  },
})

/** What an own password is asked for in this browser; null where a sign-in is not half done, or no more. */
function askedHere({ parts, organization, cookies }: Visit): Promise<FirstPasswordAsked | null> {
  return firstPasswordAskedFor(parts, organization.id, {
    halfToken: cookies.read('half'),
    deviceToken: cookies.read('device'),
  })
}
