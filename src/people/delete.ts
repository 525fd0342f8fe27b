import { eraseAccount } from '../access/erase.ts'
import type { SignedIn } from '../access/signed-in.ts'
import { verifiedEmail } from '../accounts/account.ts'
import { record } from '../audit/audit.ts'
import { enqueue } from '../delivery/outbox.ts'
import { currentSettings } from '../organizations/store.ts'
import { doTo, type Deed, type PeopleParts } from './deed.ts'
import { tellOwners } from './tell.ts'

/** Deletes a person's account with all that is kept of it, at once, and says so to the address that it had. */
export async function deletePerson(
  parts: PeopleParts,
  organizationId: string,
  who: SignedIn,
  personId: string,
): Promise<Deed> {
  return doTo(parts, organizationId, who, personId, async (tx, hand) => {
    const { person, origin } = hand
    await eraseAccount(tx, person)
    await record(tx, parts.random, {
      kind: 'account.deleted',
      outcome: 'success',
      origin,
      subjectId: person.id,
    })
    if (person.role !== 'member') await tellOwners(tx, parts.random, hand, 'deleted')
    const to = verifiedEmail(person)
    if (!to) return 'done'
    const { settings } = await currentSettings(tx)
    await enqueue(tx, parts.random, {
      name: 'account-deleted',
      to,
      locale: person.locale ?? settings.branding.locale,
      data: { isByManager: true },
    })
    return 'done'
  })
}
