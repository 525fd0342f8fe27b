import { withKnownChange } from '../access/known-change.ts'
import { judgementFor, judgeNewPassword, replacePassword } from '../access/new-password.ts'
import { lockSignedIn } from '../access/signed-in.ts'
import { accountById } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import type { PasswordProblem } from '../credentials/password-policy.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { openSession } from '../sessions/store.ts'
import type { Changer } from './authenticator.ts'
import type { ProfileParts } from './parts.ts'

/** The own password of who is signed in, as it was typed. */
export interface TypedPassword extends Changer {
  password: string
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
  change: TypedPassword,
): Promise<PasswordChanged> {
  const judgement = await withOrganization(parts.database, organizationId, async (tx) => {
    const account = await accountById(tx, change.accountId)
    if (!account) throw new Error(`no account ${change.accountId}`)
    return judgementFor(tx, account)
  })
  const problems = await judgeNewPassword(parts.hasher, judgement, change.password)
  if (problems.length > 0) return { outcome: 'refused', problems }

  const hash = await parts.hasher.hash(change.password)
  return withKnownChange(parts, organizationId, change.accountId, (tx, id) =>
    replace(parts, tx, change, { id, hash }),
  )
}

async function replace(
  parts: ProfileParts,
  tx: Transaction,
  change: TypedPassword,
  made: { id: string; hash: string },
): Promise<PasswordChanged> {
  const held = await lockSignedIn(tx, change)
  if (!held) return { outcome: 'over' }
  const { account, session } = held
  const { visitor, locale } = change
  await replacePassword(parts, tx, account, { ...made, visitor, locale })
  const place = { address: visitor.place, device: visitor.device }
  // As old as the last whole proof: else the password alone, changed again and again, would keep it fresh for ever.
  const sessionToken = await openSession(tx, parts.random, account.id, place, session.authenticatedAt)
  await record(tx, parts.random, {
    kind: 'password.changed',
    outcome: 'success',
    origin: visitorOrigin(visitor, account.id),
    subjectId: account.id,
  })
  return { outcome: 'changed', sessionToken }
}
