import type { Account } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Visitor } from '../platform/visitor.ts'
import type { Session } from '../sessions/session.ts'
import { sessionById } from '../sessions/store.ts'

/** Who is signed in and changes something, from which of their sessions. */
export interface SignedIn {
  accountId: string
  sessionId: string
  /** SHA-256 of the token that the request came with. */
  tokenHash: Buffer
  visitor: Visitor
}

/**
 * Holds the account of who is signed in until the transaction ends; null when the session was ended meanwhile, or goes on
 * under another token: the one that came may be stolen. Whoever resets a password, undoes a change or suspends a person
 * ends the sessions under the same lock, so that what was proven before that is worth nothing after it.
 */
export async function lockSignedIn(
  tx: Transaction,
  { accountId, sessionId, tokenHash }: SignedIn,
): Promise<{ account: Account; session: Session } | null> {
  const account = await lockAccount(tx, accountId)
  const session = await sessionById(tx, accountId, sessionId)
  const isOwn = session?.tokenHash.equals(tokenHash)
  return account?.state === 'active' && session && isOwn ? { account, session } : null
}
