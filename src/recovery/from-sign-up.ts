import { admit } from '../access/admit.ts'
import type { Account } from '../accounts/account.ts'
import { readIdentifier } from '../accounts/identifiers.ts'
import { waitingSignUp } from '../accounts/signup-store.ts'
import { accountNamed } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import { whyMayNotSignUp } from '../organizations/mail-domains.ts'
import type { Settings } from '../organizations/settings.ts'
import type { Visitor } from '../platform/visitor.ts'
import type { Attempt } from './attempt.ts'
import { move } from './in-hand.ts'
import { ORIGINS } from './origin.ts'
import type { RecoveryParts } from './parts.ts'
import { identifierOf } from './start.ts'
import { hasSecret, type StoredAttempt } from './store.ts'

/**
 * The mailbox of somebody who signed up, never proved it and now asks for a way in: a link there proves it as well. Null
 * where the attempt names no such person, who may also have an account by now.
 */
export async function mailboxWaiting(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: StoredAttempt,
  { signUp }: Settings,
): Promise<string | null> {
  const identifier = attempt.person ? null : readIdentifier(identifierOf(parts, attempt))
  if (identifier?.kind !== 'email' || whyMayNotSignUp(signUp, identifier.canonical)) return null
  if (await accountNamed(tx, identifier)) return null
  return (await waitingSignUp(tx, identifier.canonical))?.email ?? null
}

/**
 * Whether such a mailbox may have one more mail, and first whether whoever asks may send it one more; a retry is no new
 * one, nor is what was granted. Told by the address: there is no account yet.
 */
export async function mayMailboxHaveMail(
  { limits }: RecoveryParts,
  tx: Transaction,
  attempt: StoredAttempt,
  mailbox: string,
): Promise<boolean> {
  if (!ORIGINS[attempt.origin].isLimited || (await hasSecret(tx, attempt.id))) return true
  const canonical = readIdentifier(mailbox)?.canonical ?? mailbox
  const ofNetwork = ['recovery', tx.organizationId, canonical, attempt.asked.address]
  if (!(await limits.spendIn(tx, 'unproven-mail-per-network-hour', ...ofNetwork)).allowed) return false
  for (const limit of ['recovery-mail-per-account-hour', 'recovery-mail-per-account-day'] as const) {
    if (!(await limits.spendIn(tx, limit, tx.organizationId, 'mailbox', canonical)).allowed) return false
  }
  return true
}

/**
 * Makes the account of the mailbox whose link was just followed: the address alone counts, for the name, the phone and the
 * password of a sign-up may be a stranger's (TK-25). Null: there is an account by now, or nothing waits any more.
 */
export async function admitByLink(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: StoredAttempt,
  visitor: Visitor,
): Promise<{ account: Account; attempt: Attempt } | null> {
  const email = identifierOf(parts, attempt)
  const account = await admit(parts, tx, { email, signUpId: null, visitor })
  if (!account) return null
  const person = { accountId: account.id, securityEpoch: account.securityEpoch }
  return { account, attempt: await move(tx, attempt, { name: 'admitted', person }) }
}
