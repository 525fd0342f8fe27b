import type { Account } from '../accounts/account.ts'
import { hasAcceptedTerms, keepAcceptedTerms } from '../accounts/signup-store.ts'
import { passwordOf } from '../credentials/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Settings } from '../organizations/settings.ts'
import { currentSettings } from '../organizations/store.ts'

/**
 * The terms that somebody agrees to with their first password, however they came to have an account: of a sign-up that a
 * recovery took in nobody knows who ticked its box, and who was let in by the organization's people has seen none. Null where
 * the organization has none, and for who only lost the password that they had, because a thief's was undone.
 */
export async function termsToAccept(
  tx: Transaction,
  { id, protectedAt }: Account,
): Promise<Settings['terms']> {
  const { terms } = (await currentSettings(tx)).settings
  if (!terms || protectedAt || (await passwordOf(tx, id))) return null
  return (await hasAcceptedTerms(tx, id)) ? null : terms
}

/** Keeps that somebody agreed to the terms that they were asked for, and returns which; null where they were asked for none. */
export async function acceptTerms(tx: Transaction, account: Account): Promise<string | null> {
  const terms = await termsToAccept(tx, account)
  if (terms) await keepAcceptedTerms(tx, account.id, { version: terms.version, acceptedAt: tx.now })
  return terms?.version ?? null
}
