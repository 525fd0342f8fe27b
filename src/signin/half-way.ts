import type { Account } from '../accounts/account.ts'
import type { Transaction } from '../database/transaction.ts'
import { halfSignInOf, type HalfSignIn } from './store.ts'

/**
 * The account of a half-done sign-in whose first half was this one: who has the password but not the authenticator must not
 * get to choose another password. Null when there is none, or when the account is not what it was when the password was
 * given. Read twice, so that of two requests that wait for the account's lock one finds the sign-in ended by the other.
 */
export async function accountHalfWay(
  tx: Transaction,
  halfToken: string | undefined,
  proven: HalfSignIn['proven'],
  read: (tx: Transaction, id: string) => Promise<Account | null>,
): Promise<Account | null> {
  const seen = halfToken === undefined ? null : await halfSignInOf(tx, halfToken)
  if (seen?.proven !== proven) return null
  const account = await read(tx, seen.accountId)
  const half = halfToken === undefined ? null : await halfSignInOf(tx, halfToken)
  return account?.state === 'active' && account.securityEpoch === half?.securityEpoch ? account : null
}
