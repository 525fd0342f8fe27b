import type { Account } from '../accounts/account.ts'
import { hasAcceptedTerms, keepAcceptedTerms } from '../accounts/signup-store.ts'
import { passwordOf } from '../credentials/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Settings } from '../organizations/settings.ts'
import { currentSettings } from '../organizations/store.ts'
import type { Attempt } from './attempt.ts'
import { ORIGINS } from './origin.ts'

/**
 * The terms that somebody agrees to with their first password: of a sign-up that a recovery took in nobody knows who ticked
 * its box. Null where there are none, and for who was invited or let in by the organization's people.
 */
export async function termsToAccept(
  tx: Transaction,
  { origin }: Attempt,
  { id }: Account,
): Promise<Settings['terms']> {
  const { terms } = (await currentSettings(tx)).settings
  if (!terms || !ORIGINS[origin].isSelfService || (await passwordOf(tx, id))) return null
  return (await hasAcceptedTerms(tx, id)) ? null : terms
}

/** Keeps that somebody agreed to the terms that they were asked for, and returns which; null where they were asked for none. */
export async function acceptTerms(
  tx: Transaction,
  attempt: Attempt,
  account: Account,
): Promise<string | null> {
  const terms = await termsToAccept(tx, attempt, account)
  if (terms) await keepAcceptedTerms(tx, account.id, { version: terms.version, acceptedAt: tx.now })
  return terms?.version ?? null
}
