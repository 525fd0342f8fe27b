import { authenticatorOf } from '../credentials/authenticator-store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Attempt } from './attempt.ts'
import { ORIGINS } from './origin.ts'
import type { Demands } from './policy.ts'
import { settingsFor } from './settings.ts'

/** What is asked of this attempt now. Its account's lock, or epoch, keeps the answer true until it is used. */
export async function demandsOn(tx: Transaction, attempt: Attempt, accountId: string): Promise<Demands> {
  const { authenticator } = (await settingsFor(tx, attempt)).recovery
  const hasAuthenticator = (await authenticatorOf(tx, accountId)) !== null
  // Who had a second lock gets a new one, whatever the settings are: an approval never leaves an account with less.
  if (ORIGINS[attempt.origin].enrolsAnew && hasAuthenticator)
    return { authenticator: 'require', hasAuthenticator: false }
  return { authenticator, hasAuthenticator }
}
