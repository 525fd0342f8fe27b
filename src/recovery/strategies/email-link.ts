import { verifiedEmail } from '../../accounts/account.ts'
import { newToken } from '../../platform/random.ts'
import type { Strategy } from '../strategy.ts'

/** A link in a mail, to an address that was verified. */
export const emailLink: Strategy = {
  id: 'email-link',
  answeredBy: 'link',
  newSecret: newToken,
  reachable: verifiedEmail,
}
