import type { Account } from '../../accounts/account.ts'
import { withOrganization } from '../../database/transaction.ts'
import { isLeftOpenManaging, type Session } from '../../sessions/session.ts'
import { endSessionById } from '../../sessions/store.ts'
import type { Visit } from '../visit.ts'

/** Who runs an organization, the less powerful first. */
const MANAGING_ROLES = ['administrator', 'owner'] as const
export type ManagingRole = (typeof MANAGING_ROLES)[number]

/** Whether an account may do what takes a role: its own or a more powerful one. */
export function hasRole({ role }: Account, wanted: ManagingRole): boolean {
  return role !== 'member' && MANAGING_ROLES.indexOf(role) >= MANAGING_ROLES.indexOf(wanted)
}

/**
 * Whether a session was left for longer than the pages of who runs an organization allow. It ends then: a computer that
 * somebody walked away from must not decide who gets into which account (ASVS 7.3.1).
 */
export async function isLeftOpen({ parts, organization, now }: Visit, session: Session): Promise<boolean> {
  if (!isLeftOpenManaging(session, now)) return false
  await withOrganization(parts.database, organization.id, (tx) =>
    endSessionById(tx, session.accountId, session.id),
  )
  return true
}
