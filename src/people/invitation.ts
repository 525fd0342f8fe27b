import type { Account } from '../accounts/account.ts'
import type { Origin } from '../audit/audit.ts'
import type { Database } from '../database/connect.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { currentSettings, type SettingsVersion } from '../organizations/store.ts'
import type { Random } from '../platform/random.ts'
import { addPerson, type Added, type FindMaker, type NewPerson } from './add.ts'

/** `needs-username`: recovery here asks for one, and would have no name to ask this person for. */
export type Invited = Added | { outcome: 'needs-username' }

/** Queues the mail that lets a person set their first password; `by` is who invites. */
export type Invite = (
  tx: Transaction,
  settings: SettingsVersion,
  person: Account & { email: string },
  by: Origin,
) => Promise<void>

/** Adds a person who has an address, and the mail that lets them in: both or nothing. Throws as `addPerson` does. */
export async function addByInvitation(
  { database, random }: { database: Database; random: Random },
  organizationId: string,
  person: NewPerson & { email: string },
  { findMaker, invite }: { findMaker: FindMaker; invite: Invite },
): Promise<Invited> {
  return withOrganization(database, organizationId, async (tx): Promise<Invited> => {
    const current = await currentSettings(tx)
    if (person.username === null && current.settings.recovery.identifier === 'username')
      return { outcome: 'needs-username' }
    const added = await addPerson({ random }, tx, person, findMaker)
    if (added.outcome === 'added')
      await invite(tx, current, { ...added.account, email: person.email }, added.maker.origin)
    return added
  })
}
