import { authenticatorOf } from '../credentials/authenticator-store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Attempt } from './attempt.ts'
import type { Demands } from './policy.ts'
import { settingsFor } from './settings.ts'

/** What is asked of this attempt now. Its account's lock, or epoch, keeps the answer true until it is used. */
export async function demandsOn(tx: Transaction, attempt: Attempt, accountId: string): Promise<Demands> {
  const { recovery } = await settingsFor(tx, attempt)
  return {
    authenticator: recovery.authenticator,
    hasAuthenticator: (await authenticatorOf(tx, accountId)) !== null,
  }
}
