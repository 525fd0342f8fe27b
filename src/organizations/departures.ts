import type { RecoverySettings } from './settings.ts'

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
  return (Object.keys(DEPARTS) as Departure[]).filter((departure) => DEPARTS[departure](recovery))
}
