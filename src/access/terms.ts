import { hasAcceptedTerms, keepAcceptedTerms } from '../accounts/signup-store.ts'
import { passwordOf } from '../credentials/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Settings } from '../organizations/settings.ts'
import { currentSettings } from '../organizations/store.ts'

/**
 * The terms that somebody agrees to with their first password, however they came to have an account: of a sign-up that a
 * recovery took in nobody knows who ticked its box, and who was let in by the organization's people has seen none. Null where
 * the organization has none.
 */
export async function termsToAccept(tx: Transaction, accountId: string): Promise<Settings['terms']> {
  const { terms } = (await currentSettings(tx)).settings
  if (!terms || (await passwordOf(tx, accountId))) return null
  return (await hasAcceptedTerms(tx, accountId)) ? null : terms
}

/** Keeps that somebody agreed to the terms that they were asked for, and returns which; null where they were asked for none. */
export async function acceptTerms(tx: Transaction, accountId: string): Promise<string | null> {
  const terms = await termsToAccept(tx, accountId)
  if (terms) await keepAcceptedTerms(tx, accountId, { version: terms.version, acceptedAt: tx.now })
  return terms?.version ?? null
}
