import { countryName } from '../../../i18n/format.ts'
import { countryAssumed } from '../../../organizations/settings.ts'
import { askForPhone, type PhoneRefusal } from '../../../profile/ask-contact.ts'
import { requiredText, type Problem } from '../../form.ts'
import { definePage } from '../../page.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import { signedInPerson, type Visit } from '../../visit.ts'
import { deedOn } from './overview.ts'

/** A new mobile number, or the one that is not verified yet; where the organization sends texts, else it says so. */
export const phone = definePage({
  path: '/account/profile/phone',
  template: 'account/profile/phone',
  signedIn: true,
  stepUp: { always: 'password' },
  view(visit) {
    const { account } = signedInPerson(visit)
    const country = countryAssumed(visit.settings)
    return {
      view: {
        ...deedOn(visit, 'phone'),
        country: country ? countryName(country, visit.locale) : null,
        sendsTexts: visit.settings.sms.countries.length > 0,
        countries: countriesOf(visit),
        confirmsEmailFirst: account.email !== null && !account.emailVerifiedAt,
      },
    }
  },
  fields: {
    phone: requiredText({ missing: 'errors.mobile.missing', tooLong: 'errors.mobile.unreadable' }),
  },
  async submit(visit, { phone: typed }) {
    const { parts, organization, locale } = visit
    const asked = await askForPhone(parts, organization.id, { ...signedInHere(visit), locale }, typed)
    switch (asked.outcome) {
      case 'asked':
        return { goTo: '/account/profile/code' }
      case 'refused':
        return { errors: { phone: [wordsOf(asked.problem, typed, visit)] } }
      case 'too-many':
        return { tooMany: asked.retryAfterSeconds }
      case 'over':
        return SESSION_ENDED
    }
  },
})

function wordsOf(problem: PhoneRefusal, typed: string, visit: Visit): Problem {
  if (problem === 'country')
    return { key: 'errors.mobile.country', params: { countries: countriesOf(visit) } }
  const lacksCountry = !typed.startsWith('+') && countryAssumed(visit.settings) === undefined
  return { key: `errors.mobile.${problem === 'unreadable' && lacksCountry ? 'no-country' : problem}` }
}

/** The countries that texts go to, in a sentence. */
function countriesOf({ settings, locale }: Visit): string {
  const names = settings.sms.countries.map((country) => countryName(country, locale))
  return new Intl.ListFormat(locale, { type: 'disjunction' }).format(names)
}
