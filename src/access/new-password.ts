import { namesOf, type Account } from '../accounts/account.ts'
import type { PasswordHasher } from '../credentials/password.ts'
import { judgePassword, type PasswordPolicy, type PasswordProblem } from '../credentials/password-policy.ts'
import { passwordOf, savePassword } from '../credentials/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Limits } from '../limits/limits.ts'
import { currentSettings, organizationOf } from '../organizations/store.ts'
import type { Random } from '../platform/random.ts'
import { endSessions } from '../sessions/store.ts'
import { keepChange, type ChangeMaker } from './account-change.ts'
import type { AuthenticatorChange } from './change-store.ts'

/** All that a new password of one account is judged by. */
export interface Judgement {
  policy: PasswordPolicy
  /** What a guesser knows of the person and the organization. */
  words: string[]
  lastHash: string | null
}

/** Reads what a new password of this account is judged by: always today's rules, however long ago the change began. */
export async function judgementFor(tx: Transaction, account: Account): Promise<Judgement> {
  const organization = await organizationOf(tx)
  return {
    policy: (await currentSettings(tx)).settings.passwords,
    words: [...namesOf(account), organization.name, organization.slug],
    lastHash: (await passwordOf(tx, account.id))?.hash ?? null,
  }
}

/**
 * Every reason that a new password is refused; empty when it may be used. Hashes once when it is otherwise good, so it
 * runs outside of any transaction. Throws `Unavailable` when the hasher is busy.
 */
export async function judgeNewPassword(
  hasher: PasswordHasher,
  { policy, words, lastHash }: Judgement,
  password: string,
): Promise<PasswordProblem[]> {
  const problems = judgePassword(policy, password, { words })
  if (problems.length > 0 || !policy.notLast) return problems
  return (await hasher.verify(lastHash, password)) ? ['last'] : []
}

/** A new password, judged and hashed, and what became of the authenticator with it. */
export interface NewPassword extends ChangeMaker {
  /** The change's id. */
  id: string
  hash: string
  authenticator?: AuthenticatorChange
}

/**
 * Gives a locked account a new password, with all that belongs to it wherever it comes from (`keepChange`): every session
 * ends, and what strangers spent against the person is forgotten (ASVS 7.4.3). Returns how many sessions ended.
 */
export async function replacePassword(
  parts: { random: Random; limits: Limits },
  tx: Transaction,
  account: Account,
  { id, hash, authenticator = null, visitor, locale }: NewPassword,
): Promise<number> {
  await savePassword(tx, account.id, hash)
  await keepChange(tx, parts.random, account, {
    id,
    visitor,
    locale,
    changed: 'password',
    authenticator,
    letter: (about) => ({
      name: 'password-changed',
      data: { ...about, authenticatorAdded: authenticator !== null },
    }),
  })
  await parts.limits.forgetIn(tx, 'sign-in-failures-per-account', tx.organizationId, account.id)
  return endSessions(tx, account.id)
}
