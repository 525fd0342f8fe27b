import { hiddenText } from '../form.ts'
import { offeredLanguages } from '../language.ts'
import { keepLanguage } from '../language-switch.ts'
import { definePage } from '../page.ts'
import { SESSION_ENDED } from '../step-up.ts'
import { signedInPerson } from '../visit.ts'

/** Says that each browser's own settings decide. */
const AS_THE_BROWSER = 'browser'

/** In which language pages and messages come. */
export const language = definePage({
  path: '/account/language',
  template: 'account/language',
  signedIn: true,
  view(visit) {
    const chosen = signedInPerson(visit).account.locale ?? AS_THE_BROWSER
    return { view: { chosen, languages: offeredLanguages(visit.parts, visit.locale) } }
  },
  fields: { locale: hiddenText },
  async submit(visit, { locale }) {
    if (locale !== AS_THE_BROWSER && !visit.parts.words.locales.includes(locale))
      return { errors: { locale: [{ key: 'errors.language.missing' }] } }
    const kept = await keepLanguage(visit, locale === AS_THE_BROWSER ? null : locale)
    return kept ? { goTo: '/account/language', notice: 'language-changed' } : SESSION_ENDED
  },
})
