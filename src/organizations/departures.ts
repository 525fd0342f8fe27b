import { contrast } from './branding.ts'
import type { RecoverySettings, Settings } from './settings.ts'

/** Ways in which recovery settings depart from what standards ask for; the words of each name the standard. */
export type Departure =
  | 'sms'
  | 'sms-for-managers'
  | 'long-link'
  | 'long-code'
  | 'authenticator-off'
  | 'helpful'
  | 'straight-home'
  | 'no-hold'

/** How long what is sent may live: ASVS 5.0 6.5.5. */
const MOST_MINUTES = 10

const DEPARTS: Record<Departure, (recovery: RecoverySettings) => boolean> = {
  sms: ({ methods }) => methods.includes('sms-code'),
  'sms-for-managers': ({ methods, smsAloneForManagers }) =>
    methods.includes('sms-code') && smsAloneForManagers === 'allowed',
  'long-link': ({ methods, linkLifetimeMinutes }) =>
    methods.includes('email-link') && linkLifetimeMinutes > MOST_MINUTES,
  'long-code': ({ methods, codeLifetimeMinutes }) =>
    methods.includes('sms-code') && codeLifetimeMinutes > MOST_MINUTES,
  'authenticator-off': ({ authenticator }) => authenticator === 'off',
  helpful: ({ unknownPerson }) => unknownPerson === 'helpful',
  'straight-home': ({ afterReset }) => afterReset === 'home',
  'no-hold': ({ approvalHoldHours }) => approvalHoldHours === 0,
}

/** Where these settings depart from a standard. An owner may want it; they should know it. */
export function departuresOf(recovery: RecoverySettings): Departure[] {
  return namesOf(DEPARTS, recovery)
}

/** Ways in which password rules do. */
export type PasswordDeparture = 'short' | 'composition' | 'guessable'

/** Of a password that is the only proof: NIST SP 800-63B-4 §3.1.1.2. */
const LEAST_CHARACTERS_ALONE = 15

const PASSWORDS_DEPART: Record<PasswordDeparture, (rules: Settings['passwords']) => boolean> = {
  short: ({ minimumLength }) => minimumLength < LEAST_CHARACTERS_ALONE,
  composition: ({ upper, lower, digit, symbol }) => upper || lower || digit || symbol,
  guessable: ({ notGuessable }) => !notGuessable,
}

/** Like `departuresOf`, for the rules of passwords. */
export function passwordDeparturesOf(rules: Settings['passwords']): PasswordDeparture[] {
  return namesOf(PASSWORDS_DEPART, rules)
}

/** Ways in which the sign-up does. */
export type SignUpDeparture = 'long-verification'

/** How long a code that proves a mailbox may live: NIST SP 800-63A-4. */
const MOST_VERIFICATION_HOURS = 24

/** Like `departuresOf`, for the sign-up. */
export function signUpDeparturesOf({ mode, verificationHours }: Settings['signUp']): SignUpDeparture[] {
  return mode !== 'closed' && verificationHours > MOST_VERIFICATION_HOURS ? ['long-verification'] : []
}

/** Ways in which a colour does. */
export type ColorDeparture = 'pale' | 'dark'

/** What tells a button from the page around it: WCAG 2.2 §1.4.11. */
const LEAST_CONTRAST = 3

/** The page as people see it by day, and at night where they want it dark. */
export const PAGE_COLORS = { light: '#fbfbf9', dark: '#0f1216' }

/** Like `departuresOf`, for a colour: text on it can always be read, but a button can drown in the page. */
export function colorDeparturesOf(color: string): ColorDeparture[] {
  return namesOf<ColorDeparture, string>(
    {
      pale: (wanted) => contrast(wanted, PAGE_COLORS.light) < LEAST_CONTRAST,
      dark: (wanted) => contrast(wanted, PAGE_COLORS.dark) < LEAST_CONTRAST,
    },
    color,
  )
}

function namesOf<Name extends string, Of>(departs: Record<Name, (of: Of) => boolean>, of: Of): Name[] {
  return (Object.keys(departs) as Name[]).filter((name) => departs[name](of))
}
