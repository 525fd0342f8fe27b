import { verifiedEmail } from '../../accounts/account.ts'
import { isToken, newToken } from '../../platform/random.ts'
import type { Strategy } from '../strategy.ts'

/** A link in a mail, to an address that was verified. */
export const emailLink: Strategy = {
  id: 'email-link',
  answeredBy: 'link',
  message: 'recover-link',
  newSecret: newToken,
  isWellFormed: isToken,
  lifetimeMinutes: ({ recovery }) => recovery.linkLifetimeMinutes,
  reachable: verifiedEmail,
}
