import { namesOf } from '../accounts/account.ts'
import { tellOfChangedPassword } from '../accounts/password-notice.ts'
import { lockAccount, raiseSecurityEpoch } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import type { PasswordHasher } from '../credentials/password.ts'
import { judgePassword, type PasswordProblem } from '../credentials/password-policy.ts'
import { passwordOf, savePassword } from '../credentials/store.ts'
import type { Database } from '../database/connect.ts'
import { withKnownOutcome } from '../database/known-outcome.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { Limits } from '../limits/limits.ts'
import { currentSettings, organizationOf } from '../organizations/store.ts'
import type { Random } from '../platform/random.ts'
import type { Visitor } from '../platform/visitor.ts'
import { endSessions, openSession } from '../sessions/store.ts'

/** What the Personal Centre is built from. */
export interface ProfileParts {
  database: Database
  random: Random
  hasher: PasswordHasher
  limits: Limits
}

export interface PasswordChange {
  accountId: string
  currentPassword: string
  password: string
  visitor: Visitor
  locale: string
}

export type PasswordChanged =
  | { outcome: 'changed'; sessionToken: string }
  | { outcome: 'wrong-current' }
  | { outcome: 'refused'; problems: PasswordProblem[] }
  | { outcome: 'too-many'; retryAfterSeconds: number }

/**
 * Replaces a signed-in person's password, for who knows the one in force. Every session ends; the browser that asked
 * goes on under a new one (ASVS 7.4.3, 7.2.4). Recoveries under way are out of date from then on.
 */
export async function changePassword(
  parts: ProfileParts,
  organizationId: string,
  change: PasswordChange,
): Promise<PasswordChanged> {
  const tries = await parts.limits.spend('password-changes-per-account', organizationId, change.accountId)
  if (!tries.allowed) return { outcome: 'too-many', retryAfterSeconds: tries.retryAfterSeconds }

  const { rules, words, hash } = await withOrganization(parts.database, organizationId, (tx) =>
    whatIsAsked(tx, change.accountId),
  )
  if (!(await parts.hasher.verify(hash, change.currentPassword))) {
    await withOrganization(parts.database, organizationId, (tx) => recordChange(parts, tx, change, 'refused'))
    return { outcome: 'wrong-current' }
  }
  const problems = judgePassword(rules, change.password, { words })
  if (rules.notLast && problems.length === 0 && (await parts.hasher.verify(hash, change.password)))
    problems.push('last')
  if (problems.length > 0) return { outcome: 'refused', problems }

  const replacement = await parts.hasher.hash(change.password)
  return withKnownOutcome(
    parts.database,
    organizationId,
    (tx) => replace(parts, tx, change, hash, replacement),
    async (tx) => {
      await lockAccount(tx, change.accountId)
      return (await passwordOf(tx, change.accountId))?.hash === replacement
    },
  )
}

async function whatIsAsked(tx: Transaction, accountId: string) {
  const account = await lockAccount(tx, accountId)
  if (!account) throw new Error(`no account ${accountId}`)
  const organization = await organizationOf(tx)
  return {
    rules: (await currentSettings(tx)).settings.passwords,
    words: [...namesOf(account), organization.name, organization.slug],
    hash: (await passwordOf(tx, accountId))?.hash ?? null,
  }
}

async function replace(
  parts: ProfileParts,
  tx: Transaction,
  change: PasswordChange,
  verified: string | null,
  replacement: string,
): Promise<PasswordChanged> {
  const account = await lockAccount(tx, change.accountId)
  // A reset may have come in between: then the password that was just proven is no longer the one in force.
  if (account?.state !== 'active' || (await passwordOf(tx, account.id))?.hash !== verified) {
    return { outcome: 'wrong-current' }
  }
  await savePassword(tx, account.id, replacement)
  await raiseSecurityEpoch(tx, account.id)
  await endSessions(tx, account.id)
  const place = { address: change.visitor.place, device: change.visitor.device }
  const sessionToken = await openSession(tx, parts.random, account.id, place)
  await recordChange(parts, tx, change, 'success')
  await tellOfChangedPassword(tx, parts.random, account, change)
  return { outcome: 'changed', sessionToken }
}

async function recordChange(
  parts: ProfileParts,
  tx: Transaction,
  { accountId, visitor }: PasswordChange,
  outcome: 'success' | 'refused',
): Promise<void> {
  await record(tx, parts.random, {
    kind: outcome === 'success' ? 'password.changed' : 'password.change-refused',
    outcome,
    origin: visitorOrigin(visitor, accountId),
    subjectId: accountId,
  })
}
