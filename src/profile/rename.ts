import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import { renameAccount } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization } from '../database/transaction.ts'
import type { ProfileParts } from './parts.ts'

/** Changes the full name of who is signed in. Nobody gets in by a name, so nobody is written to. */
export async function rename(
  parts: ProfileParts,
  organizationId: string,
  who: SignedIn,
  fullName: string,
): Promise<'renamed' | 'over'> {
  return withOrganization(parts.database, organizationId, async (tx) => {
    const held = await lockSignedIn(tx, who)
    if (!held) return 'over'
    await renameAccount(tx, held.account.id, fullName)
    await record(tx, parts.random, {
      kind: 'profile.renamed',
      outcome: 'success',
      origin: visitorOrigin(who.visitor, held.account.id),
      subjectId: held.account.id,
    })
    return 'renamed'
  })
}
