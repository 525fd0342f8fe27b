import type { Context } from 'koa'
import { allCountries } from '../../../accounts/phone.ts'
import { countryName } from '../../../i18n/format.ts'
import { settingsShape, type Settings } from '../../../organizations/settings.ts'
import { STRATEGIES } from '../../../recovery/strategies/index.ts'
import { choice, optionalLine, readForm, wholeNumber, type FormErrors, type ValuesOf } from '../../form.ts'
import type { Visit } from '../../visit.ts'

const AUTHENTICATOR = ['challenge', 'require', 'off'] as const
const UNKNOWN_PERSON = ['uniform', 'helpful'] as const
const AFTER_RESET = ['sign-in', 'home'] as const
const IDENTIFIER = ['username-or-email', 'email', 'username'] as const
const SMS_FOR_MANAGERS = ['refused', 'allowed'] as const

/** The settings of recovery that are one of a few, in the order in which the page offers them: the default first. */
export const CHOICES = {
  authenticator: AUTHENTICATOR,
  afterReset: AFTER_RESET,
  identifier: IDENTIFIER,
  unknownPerson: UNKNOWN_PERSON,
  smsAloneForManagers: SMS_FOR_MANAGERS,
}

/** The box of each method, by its name in the form. */
export const METHODS = STRATEGIES.map(({ id }) => ({ id, field: `method-${id}` }))

const MALFORMED = 'errors.form.unreadable'

/** The fields in which an owner proposes other settings of recovery. */
export const proposalFields = {
  ...Object.fromEntries(METHODS.map(({ field }) => [field, optionalLine({ tooLong: MALFORMED })])),
  linkLifetimeMinutes: wholeNumber(1, 1440, 'errors.linkLifetimeMinutes'),
  codeLifetimeMinutes: wholeNumber(1, 15, 'errors.codeLifetimeMinutes'),
  authenticator: choice(AUTHENTICATOR),
  afterReset: choice(AFTER_RESET),
  identifier: choice(IDENTIFIER),
  unknownPerson: choice(UNKNOWN_PERSON),
  smsAloneForManagers: choice(SMS_FOR_MANAGERS),
  countries: optionalLine({ tooLong: 'errors.countries.too-long' }, 2000),
  messagesPerDay: wholeNumber(0, 200, 'errors.messagesPerDay'),
  approvalHoldHours: wholeNumber(0, 72, 'errors.approvalHoldHours'),
}
export type ProposalValues = ValuesOf<typeof proposalFields>

/** What stands in the fields for these settings. */
export function asFields(
  { recovery, sms }: Settings,
  locale: string,
): Record<string, string> & ProposalValues {
  const ticked = METHODS.filter(({ id }) => recovery.methods.includes(id))
  return {
    ...Object.fromEntries(ticked.map(({ field }) => [field, 'on'])),
    linkLifetimeMinutes: String(recovery.linkLifetimeMinutes),
    codeLifetimeMinutes: String(recovery.codeLifetimeMinutes),
    authenticator: recovery.authenticator,
    afterReset: recovery.afterReset,
    identifier: recovery.identifier,
    unknownPerson: recovery.unknownPerson,
    smsAloneForManagers: recovery.smsAloneForManagers,
    countries: sms.countries.map((country) => countryName(country, locale)).join(', '),
    messagesPerDay: String(sms.messagesPerDay),
    approvalHoldHours: String(recovery.approvalHoldHours),
  }
}

/** The settings that are proposed instead of today's, or what is wrong with them. Countries are taken in the page's language. */
export function proposedSettings(
  today: Settings,
  values: ProposalValues,
  locale: string,
): { settings: Settings } | { errors: FormErrors } {
  const typed = values as Record<string, string>
  const methods = METHODS.filter(({ field }) => typed[field] !== '').map(({ id }) => id)
  const countries = countriesIn(values.countries, locale)
  const errors: FormErrors = {}
  const [firstMethod] = METHODS
  if (methods.length === 0 && firstMethod) errors[firstMethod.field] = [{ key: 'errors.methods.none' }]
  if (countries.unknown.length > 0)
    errors['countries'] = [{ key: 'errors.countries.unknown', params: { name: countries.unknown[0] ?? '' } }]
  else if (methods.includes('sms-code') && countries.known.length === 0)
    errors['countries'] = [{ key: 'errors.countries.none' }]
  if (values.identifier === 'username' && today.signUp.mode !== 'closed')
    errors['identifier'] = [{ key: 'errors.identifier.sign-up-open' }]
  if (Object.keys(errors).length > 0) return { errors }
  const settings = settingsShape.parse({
    ...today,
    recovery: {
      ...today.recovery,
      methods,
      linkLifetimeMinutes: Number(values.linkLifetimeMinutes),
      codeLifetimeMinutes: Number(values.codeLifetimeMinutes),
      authenticator: values.authenticator,
      afterReset: values.afterReset,
      identifier: values.identifier,
      unknownPerson: values.unknownPerson,
      smsAloneForManagers: values.smsAloneForManagers,
      approvalHoldHours: Number(values.approvalHoldHours),
    },
    sms: { countries: countries.known, messagesPerDay: Number(values.messagesPerDay) },
  })
  return { settings }
}

/** The settings that an address proposes; null for one that proposes none that could be saved. */
export function proposalIn({ settings, locale }: Visit, ctx: Context): Settings | null {
  const form = readForm(proposalFields, ctx.query)
  const proposed = form.ok ? proposedSettings(settings, form.values, locale) : null
  return proposed && 'settings' in proposed ? proposed.settings : null
}

/** Countries by name or by their two letters (ISO 3166-1), with commas between them. */
function countriesIn(text: string, locale: string): { known: string[]; unknown: string[] } {
  const byName = new Map(
    allCountries().flatMap((country) => [
      [folded(country), country],
      [folded(countryName(country, locale)), country],
      [folded(countryName(country, 'en')), country],
    ]),
  )
  const names = text
    .split(/[,;，、]/)
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const known = names.flatMap((name) => byName.get(folded(name)) ?? [])
  return {
    known: [...new Set(known)].toSorted(),
    unknown: names.filter((name) => !byName.has(folded(name))),
  }
}

function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}
