import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import { renameAccount } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization } from '../database/transaction.ts'
import type { ProfileParts } from './parts.ts'

/** `over`: the session is not there any more. */
export type Renamed =
  { outcome: 'renamed' } | { outcome: 'too-many'; retryAfterSeconds: number } | { outcome: 'over' }

/**
 * Changes the full name of who is signed in. Nobody gets in by a name, so nobody is written to. A few a day, and one that is
 * the same is no change: else a thief pushes what they did off the page of the activity.
 */
export async function rename(
  parts: ProfileParts,
  organizationId: string,
  who: SignedIn,
  fullName: string,
): Promise<Renamed> {
  return withOrganization(parts.database, organizationId, async (tx): Promise<Renamed> => {
    const held = await lockSignedIn(tx, who)
    if (!held) return { outcome: 'over' }
    const { id } = held.account
    if (held.account.fullName === fullName) return { outcome: 'renamed' }
    const spent = await parts.limits.spendIn(tx, 'names-per-account', organizationId, id)
    if (!spent.allowed) return { outcome: 'too-many', retryAfterSeconds: spent.retryAfterSeconds }
    await renameAccount(tx, id, fullName)
    await record(tx, parts.random, {
      kind: 'profile.renamed',
      outcome: 'success',
      origin: visitorOrigin(who.visitor, id),
      subjectId: id,
    })
    return { outcome: 'renamed' }
  })
}
