import { LONGEST_FULL_NAME } from '../../accounts/account.ts'
import { countryName } from '../../i18n/format.ts'
import { countryAssumed, type Settings } from '../../organizations/settings.ts'
import { signUp as signUpWith } from '../../signup/begin.ts'
import type { SignUpProblems } from '../../signup/judge.ts'
import { optionalLine, optionalSecret, type FormErrors } from '../form.ts'
import { listOfRules, wordsFor } from '../new-password.ts'
import { definePage } from '../page.ts'
import type { Visit } from '../visit.ts'

const CLOSED = { show: 'signup/closed', status: 404, view: {} }

/** Name, address, password, phone and the terms; one answer for every address. */
export const signUp = definePage({
  path: '/sign-up',
  template: 'signup/sign-up',
  view({ person, settings, locale }, _ctx, wrong) {
    if (person) return { goTo: '/account' }
    if (settings.signUp.mode === 'closed') return CLOSED
    return { view: viewOfSignUp(settings, locale, wrong) }
  },
  fields: {
    fullName: optionalLine({ tooLong: 'errors.fullName.too-long' }, LONGEST_FULL_NAME),
    email: optionalLine({ tooLong: 'errors.email.unreadable' }),
    password: optionalSecret,
    phone: optionalLine({ tooLong: 'errors.phone.unreadable' }),
    terms: optionalLine({ tooLong: 'errors.form.unreadable' }),
  },
  async submit(visit, { fullName, email, password, phone, terms }) {
    const { parts, organization, cookies, visitor, locale } = visit
    const signedUp = await signUpWith(
      parts,
      organization,
      { fullName, email, password, phone, hasAcceptedTerms: terms !== '' },
      { visitor, locale, askerToken: cookies.read('sign-up') },
    )
    switch (signedUp.outcome) {
      case 'signed-up':
        cookies.write('sign-up', signedUp.askerToken)
        return { goTo: '/sign-up/sent' }
      case 'refused':
        return { errors: wordsOf(signedUp.problems, phone, visit) }
      case 'closed':
        return CLOSED
      case 'too-many':
        return { tooMany: signedUp.retryAfterSeconds }
    }
  },
})

/** What the page of signing up is given where it is open. */
export function viewOfSignUp(settings: Settings, locale: string, wrong: FormErrors) {
  const country = countryAssumed(settings)
  return {
    isForCompanies: settings.signUp.mode === 'company',
    country: country ? countryName(country, locale) : null,
    terms: settings.terms?.url ?? null,
    ...listOfRules(settings.passwords, wrong, { isFirst: true }),
  }
}

/** In the order of the fields. */
function wordsOf(
  { fullName, email, password, phone, terms }: SignUpProblems,
  typedPhone: string,
  { settings }: Visit,
): FormErrors {
  const lacksCountry = !typedPhone.startsWith('+') && countryAssumed(settings) === undefined
  const needsCountry = phone === 'unreadable' && lacksCountry
  return {
    ...(fullName ? { fullName: [{ key: 'errors.fullName.missing' }] } : {}),
    ...(email ? { email: [{ key: `errors.email.${email}` }] } : {}),
    ...(password === 'missing' ? { password: [{ key: 'errors.password.missing' }] } : {}),
    ...(Array.isArray(password) ? { password: wordsFor(password, settings.passwords) } : {}),
    ...(phone ? { phone: [{ key: `errors.phone.${needsCountry ? 'no-country' : phone}` }] } : {}),
    ...(terms ? { terms: [{ key: `errors.terms.${terms}` }] } : {}),
  }
}
