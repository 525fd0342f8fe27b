import { judgementFor, judgeNewPassword, replacePassword } from '../access/new-password.ts'
import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import { accountById, lockAccount } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import type { PasswordProblem } from '../credentials/password-policy.ts'
import { passwordOf } from '../credentials/store.ts'
import { withKnownOutcome } from '../database/known-outcome.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { openSession } from '../sessions/store.ts'
import type { ProfileParts } from './parts.ts'

export interface PasswordChange extends SignedIn {
  password: string
  locale: string
}

/** `over`: the session is not there any more. */
export type PasswordChanged =
  | { outcome: 'changed'; sessionToken: string }
  | { outcome: 'refused'; problems: PasswordProblem[] }
  | { outcome: 'over' }

/**
 * Replaces a signed-in person's password, for who has just proven the one in force (`stepUp`). Every session ends; the
 * browser that asked goes on under a new one (ASVS 7.4.3, 7.2.4). Recoveries under way are out of date from then on.
 */
export async function changePassword(
  parts: ProfileParts,
  organizationId: string,
  change: PasswordChange,
): Promise<PasswordChanged> {
  const judgement = await withOrganization(parts.database, organizationId, async (tx) => {
    const account = await accountById(tx, change.accountId)
    if (!account) throw new Error(`no account ${change.accountId}`)
    return judgementFor(tx, account)
  })
  const problems = await judgeNewPassword(parts.hasher, judgement, change.password)
  if (problems.length > 0) return { outcome: 'refused', problems }

  const replacement = await parts.hasher.hash(change.password)
  return withKnownOutcome(
    parts.database,
    organizationId,
    (tx) => replace(parts, tx, change, replacement),
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
  replacement: string,
): Promise<PasswordChanged> {
  const held = await lockSignedIn(tx, change)
  if (!held) return { outcome: 'over' }
  const { account, session } = held
  await replacePassword(parts, tx, account, replacement, change)
  const place = { address: change.visitor.place, device: change.visitor.device }
  // As old as the last whole proof: else the password alone, changed again and again, would keep it fresh for ever.
  const sessionToken = await openSession(tx, parts.random, account.id, place, session.authenticatedAt)
  await record(tx, parts.random, {
    kind: 'password.changed',
    outcome: 'success',
    origin: visitorOrigin(change.visitor, account.id),
    subjectId: account.id,
  })
  return { outcome: 'changed', sessionToken }
}
