import { settledEmail } from '../../accounts/account.ts'
import { isToken, newToken } from '../../platform/random.ts'
import type { Strategy } from '../strategy.ts'

/** A link in a mail, to an address that was verified and has not just taken the place of another. */
export const emailLink: Strategy = {
  id: 'email-link',
  answeredBy: 'link',
  message: 'recover-link',
  newSecret: newToken,
  isWellFormed: isToken,
  lifetimeMinutes: ({ recovery }) => recovery.linkLifetimeMinutes,
  reachable: (account, _settings, now) => settledEmail(account, now),
}
