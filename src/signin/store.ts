import { deleteBatch } from '../database/purge.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import { after, MINUTE } from '../platform/clock.ts'
import { isToken, newToken, type Random } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'

interface HalfSignInRow extends TenantRow {
  token_hash: Buffer
  account_id: string
  security_epoch: number
  proven: HalfSignIn['proven']
  expires_at: Date
}

/** Whose password was right, which of the two, and under which state of the account's security. */
export interface HalfSignIn {
  accountId: string
  securityEpoch: number
  /** With an initial password the other half is an own password; with any other, the authenticator. */
  proven: 'password' | 'initial-password'
}

/** How long a person may look for their phone, or think of a password. */
export const HALF_DONE_FOR = 10 * MINUTE

/** Opens a half-done sign-in, which gives access to nothing but its other half. Returns the token for its cookie. */
export async function openHalfSignIn(tx: Transaction, random: Random, half: HalfSignIn): Promise<string> {
  const token = newToken(random)
  await tx.insert<HalfSignInRow>('half_sign_ins', {
    token_hash: hashToken(token),
    account_id: half.accountId,
    security_epoch: half.securityEpoch,
    proven: half.proven,
    expires_at: after(tx.now, HALF_DONE_FOR),
  })
  return token
}

/** The half-done sign-in of a cookie's token; null for every other token. */
export async function halfSignInOf(tx: Transaction, token: string): Promise<HalfSignIn | null> {
  if (!isToken(token)) return null
  const row = await tx
    .rows<HalfSignInRow>('half_sign_ins')
    .where('token_hash', hashToken(token))
    .where('expires_at', '>', tx.now)
    .first()
  return row ? { accountId: row.account_id, securityEpoch: row.security_epoch, proven: row.proven } : null
}

/** Ends a half-done sign-in; a token that has none ends nothing. */
export async function endHalfSignIn(tx: Transaction, token: string): Promise<void> {
  await tx.rows<HalfSignInRow>('half_sign_ins').where('token_hash', hashToken(token)).delete()
}

/** Deletes half-done sign-ins that ran out, one batch of them. */
export async function purgeHalfSignIns(tx: Transaction): Promise<number> {
  const rows = () => tx.rows<HalfSignInRow>('half_sign_ins')
  return deleteBatch(rows, (over) => over.where('expires_at', '<=', tx.now))
}
