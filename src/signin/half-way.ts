import type { Account } from '../accounts/account.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Browser } from './enter.ts'
import type { SignInParts } from './parts.ts'
import { endHalfSignIn, halfSignInOf, openHalfSignIn, type HalfSignIn } from './store.ts'

/** Lets a browser half-way in, in place of what it had half done before. Returns the token for its cookie. */
export async function goHalfWay(
  { random }: SignInParts,
  tx: Transaction,
  { id: accountId, securityEpoch }: Account,
  proven: HalfSignIn['proven'],
  { visitor, halfToken }: Browser,
): Promise<string> {
  if (halfToken) await endHalfSignIn(tx, halfToken)
  // A password that is right and goes no further may be a stolen one.
  await record(tx, random, {
    kind: 'sign-in.half-way',
    outcome: 'success',
    origin: visitorOrigin(visitor),
    subjectId: accountId,
    detail: { factors: proven },
  })
  return openHalfSignIn(tx, random, { accountId, securityEpoch, proven })
}

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
