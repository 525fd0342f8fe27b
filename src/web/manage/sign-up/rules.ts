import { asDomainList, readDomainList } from '../../../organizations/domain-list.ts'
import { signUpDeparturesOf } from '../../../organizations/departures.ts'
import { settingsShape } from '../../../organizations/settings.ts'
import { choice, optionalLine, optionalText, wholeNumber, type FormErrors, type Problem } from '../../form.ts'
import { viewOfSignUp } from '../../signup/sign-up.ts'
import { settingsPage } from '../settings-page.ts'

/** Who may sign up, in the order in which the page offers it. */
const MODES = ['closed', 'open', 'company'] as const

/** As long as two hundred domains are, with room to spare. */
const LONGEST_LIST = 6000
const MOST_DOMAINS = 200
/** Bad lines that are named one by one. */
const NAMED_LINES = 10

const DOMAINS = { tooLong: 'errors.domains.too-many' }

/** Who may sign up, with which addresses, and what they agree to. */
export const { page: signUpRules, preview: signUpPreview } = settingsPage({
  path: '/manage/sign-up',
  template: 'manage/sign-up/rules',
  fields: {
    mode: choice(MODES),
    verificationHours: wholeNumber(1, 168, 'errors.verificationHours'),
    allowedDomains: optionalText(DOMAINS, LONGEST_LIST),
    deniedDomains: optionalText(DOMAINS, LONGEST_LIST),
    termsUrl: optionalLine({ tooLong: 'errors.termsUrl.malformed' }, 500),
    termsVersion: optionalLine({ tooLong: 'errors.termsVersion.too-long' }, 50),
  },
  unseen: ['verificationHours', 'allowedDomains', 'deniedDomains'],
  asFields: ({ signUp, terms }) => ({
    mode: signUp.mode,
    verificationHours: String(signUp.verificationHours),
    allowedDomains: asDomainList(signUp.allowedDomains),
    deniedDomains: asDomainList(signUp.deniedDomains),
    termsUrl: terms?.url ?? '',
    termsVersion: terms?.version ?? '',
  }),
  propose({ settings }, values) {
    const allowed = readDomainList(values.allowedDomains)
    const denied = readDomainList(values.deniedDomains)
    const terms = { url: values.termsUrl, version: values.termsVersion }
    const errors = faults({
      mode:
        values.mode !== 'closed' && settings.recovery.identifier === 'username'
          ? [{ key: 'errors.mode.usernames-only' }]
          : [],
      allowedDomains: faultsOfList(allowed),
      deniedDomains: faultsOfList(denied, allowed.domains),
      termsUrl: faultsOfTermsUrl(terms),
      termsVersion: terms.url !== '' && terms.version === '' ? [{ key: 'errors.termsVersion.missing' }] : [],
    })
    if (errors) return { errors }
    return {
      settings: settingsShape.parse({
        ...settings,
        signUp: {
          mode: values.mode,
          verificationHours: Number(values.verificationHours),
          allowedDomains: allowed.domains,
          deniedDomains: denied.domains,
        },
        terms: terms.url === '' ? null : terms,
      }),
    }
  },
  departuresOf: ({ signUp }) => signUpDeparturesOf(signUp),
  preview: (visit, settings) =>
    settings.signUp.mode === 'closed'
      ? { preview: 'signup/closed', settings, view: {} }
      : { preview: 'signup/sign-up', settings, view: viewOfSignUp(settings, visit.locale, {}) },
  view: () => ({ modes: MODES }),
})

function faultsOfList(
  { domains, bad }: ReturnType<typeof readDomainList>,
  allowed: string[] = [],
): Problem[] {
  if (domains.length > MOST_DOMAINS) return [{ key: 'errors.domains.too-many' }]
  const named = bad
    .slice(0, NAMED_LINES)
    .map(({ number, text }) => ({ key: 'errors.domains.unreadable', params: { number, text } }))
  const rest = bad.length - named.length
  const inBoth = domains.filter((domain) => allowed.includes(domain))
  return [
    ...named,
    ...(rest > 0 ? [{ key: 'errors.domains.more', params: { count: rest } }] : []),
    ...inBoth.slice(0, 1).map((domain) => ({ key: 'errors.domains.in-both', params: { text: domain } })),
  ]
}

function faultsOfTermsUrl(terms: { url: string; version: string }): Problem[] {
  if (terms.url === '') return terms.version === '' ? [] : [{ key: 'errors.termsUrl.missing' }]
  const { success } = settingsShape.safeParse({ terms: { url: terms.url, version: 'any' } })
  return success ? [] : [{ key: 'errors.termsUrl.malformed' }]
}

/** Only the fields that have a fault; null where none has. */
function faults(of: FormErrors): FormErrors | null {
  const found = Object.entries(of).filter(([, problems]) => problems.length > 0)
  return found.length > 0 ? Object.fromEntries(found) : null
}
