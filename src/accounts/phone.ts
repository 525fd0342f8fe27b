import { getCountries, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max'
import { newUntil, type Account } from './account.ts'

/** A mobile number in the one form in which it is stored and called (ITU-T E.164), and the country that it is of. */
export interface Phone {
  e164: string
  /** ISO 3166-1, two capital letters. */
  country: string
}

/** Why a text is not taken for a mobile number. */
export type PhoneProblem = 'unreadable' | 'not-mobile'

/** Fifteen digits, and as many signs between them; nothing longer is looked at. */
const LONGEST = 40

/** Numbers that texts reach. Some countries (the United States) do not tell mobile and fixed ones apart. */
const REACHED_BY_TEXT = ['MOBILE', 'FIXED_LINE_OR_MOBILE']

/**
 * Reads a mobile number as people write it, in international form or, with a country given, in that country's own.
 * Premium, shared-cost, satellite and fixed numbers are refused: texts to them earn somebody money, or reach nobody.
 * @param country the two letters of ISO 3166-1
 */
export function readPhone(text: string, country?: string): Phone | { problem: PhoneProblem } {
  if (text.length > LONGEST) return { problem: 'unreadable' }
  const defaultCountry = country as CountryCode | undefined
  const number = parsePhoneNumberFromString(text.trim(), {
    extract: false,
    ...(defaultCountry ? { defaultCountry } : {}),
  })
  if (!number?.isValid() || number.ext) return { problem: 'unreadable' }
  const isReached = REACHED_BY_TEXT.includes(number.getType() ?? '')
  if (!number.country || !isReached) return { problem: 'not-mobile' }
  return { e164: number.number, country: number.country }
}

/** Every country that has numbers, by its two letters (ISO 3166-1). */
export function allCountries(): readonly string[] {
  return getCountries()
}

/** A stored number as people read it, with spaces. */
export function shownPhone(e164: string): string {
  return parsePhoneNumberFromString(e164)?.formatInternational() ?? e164
}

/** A number without its last four digits: what numbers that are bought together have in common. */
export function numberPrefix(e164: string): string {
  return e164.slice(0, -4)
}

/**
 * The number that a text with a secret may go to, or null: verified, unchanged for 72 hours, and of a country that the
 * organization has listed.
 */
export function verifiedPhone(account: Account, now: Date, countries: readonly string[]): string | null {
  const { phone, phoneVerifiedAt, phoneChangedAt } = account
  if (phone === null || !phoneVerifiedAt || !phoneChangedAt) return null
  if (newUntil(account, 'phone', now)) return null
  const read = readPhone(phone)
  return 'e164' in read && countries.includes(read.country) ? read.e164 : null
}

/** The country of a number that is stored; null for what is no mobile number. */
export function countryOf(phone: string): string | null {
  const read = readPhone(phone)
  return 'country' in read ? read.country : null
}
