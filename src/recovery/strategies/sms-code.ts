import { verifiedPhone } from '../../accounts/phone.ts'
import { isSmsCode, newSmsCode } from '../../credentials/sms-code.ts'
import type { Strategy } from '../strategy.ts'

/** A one-time code by SMS, to a mobile number that was verified, in a country that the organization lists. */
export const smsCode: Strategy = {
  id: 'sms-code',
  answeredBy: 'code',
  message: 'recover-code',
  newSecret: newSmsCode,
  isWellFormed: isSmsCode,
  lifetimeMinutes: ({ recovery }) => recovery.codeLifetimeMinutes,
  reachable: (account, { sms }, now) => verifiedPhone(account, now, sms.countries),
}
