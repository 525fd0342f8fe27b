import { verifiedPhone } from '../../accounts/phone.ts'
import type { Settings } from '../../organizations/settings.ts'
import type { Strategy } from '../strategy.ts'

/** A one-time code by SMS, to a mobile number that was verified, in a country that the organization lists. */
export const smsCode: Strategy = {
  id: 'sms-code',
  answeredBy: 'code',
  message: 'recover-code',
  newSecret: (random, settings) => {
    const digits = digitsUnder(settings)
    return String(random.below(10 ** digits)).padStart(digits, '0')
  },
  // Either number: the setting may have changed since the code went out.
  isWellFormed: (typed) => /^([0-9]{6}|[0-9]{8})$/.test(typed),
  lifetimeMinutes: ({ recovery }) => recovery.codeLifetimeMinutes,
  reachable: (account, { sms }, now) => verifiedPhone(account, now, sms.countries),
}

/**
 * Six digits where an authenticator is asked of everybody besides, else eight: 5 tries at one of 10^8. The organization's
 * setting decides and never the person, of whom the number of digits would tell (NIST SP 800-63B §3.1.3.2).
 */
function digitsUnder({ recovery }: Settings): number {
  return recovery.authenticator === 'require' ? 6 : 8
}
