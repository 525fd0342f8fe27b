import { judgementFor, judgeNewPassword, replacePassword } from '../access/new-password.ts'
import { accountById, lockAccount } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import type { PasswordProblem } from '../credentials/password-policy.ts'
import { passwordOf } from '../credentials/store.ts'
import { withKnownOutcome } from '../database/known-outcome.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { Visitor } from '../platform/visitor.ts'
import { openSession } from '../sessions/store.ts'
import type { ProfileParts } from './parts.ts'

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

  const judgement = await withOrganization(parts.database, organizationId, async (tx) => {
    const account = await accountById(tx, change.accountId)
    if (!account) throw new Error(`no account ${change.accountId}`)
    return judgementFor(tx, account)
  })
  const inForce = judgement.lastHash
  if (!(await parts.hasher.verify(inForce, change.currentPassword))) {
    await withOrganization(parts.database, organizationId, (tx) => recordChange(parts, tx, change, 'refused'))
    return { outcome: 'wrong-current' }
  }
  const problems = await judgeNewPassword(parts.hasher, judgement, change.password)
  if (problems.length > 0) return { outcome: 'refused', problems }

  const replacement = await parts.hasher.hash(change.password)
  return withKnownOutcome(
    parts.database,
    organizationId,
    (tx) => replace(parts, tx, change, inForce, replacement),
    async (tx) => {
      await lockAccount(tx, change.accountId)
      return (await passwordOf(tx, change.accountId))?.hash === replacement
    },
  )
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
  await replacePassword(parts, tx, account, replacement, change)
  const place = { address: change.visitor.place, device: change.visitor.device }
  const sessionToken = await openSession(tx, parts.random, account.id, place)
  await recordChange(parts, tx, change, 'success')
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
