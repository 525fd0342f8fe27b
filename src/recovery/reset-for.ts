import { lockManaged, type NotManaged } from '../access/managed.ts'
import type { SignedIn } from '../access/signed-in.ts'
import { settledEmail, type Account } from '../accounts/account.ts'
import { visitorOrigin } from '../audit/audit.ts'
import { withOrganization } from '../database/transaction.ts'
import { currentSettings } from '../organizations/store.ts'
import type { RecoveryParts } from './parts.ts'
import { nobodyAsking, startAttempt } from './start.ts'

/** Where the link of a reset would go that somebody else starts; null where none may. */
export function resetGoesTo(person: Account, now: Date): string | null {
  // Whoever was in a protected account may hold its mailbox: two people decide about that, by a request.
  return person.state === 'active' && !person.protectedAt ? settledEmail(person, now) : null
}

/**
 * Starts a reset for somebody, in the name of who runs the organization: its link goes to the person alone, who chooses the
 * password and proves an authenticator as always (ASVS 6.4.6). `same`: no link may go to them.
 */
export async function startResetFor(
  parts: RecoveryParts,
  organizationId: string,
  who: SignedIn,
  personId: string,
): Promise<{ outcome: 'done' } | NotManaged> {
  return withOrganization(parts.database, organizationId, async (tx) => {
    const managed = await lockManaged(tx, who, personId)
    if ('outcome' in managed) return managed
    const { manager, person } = managed
    const to = resetGoesTo(person, tx.now)
    if (!to) return { outcome: 'same' }
    const settings = await currentSettings(tx)
    await startAttempt(parts, tx, {
      settings,
      identifier: to,
      method: 'email-link',
      asking: nobodyAsking(settings.settings.branding.locale),
      granted: { origin: 'administrator', person, by: visitorOrigin(who.visitor, manager.id) },
    })
    return { outcome: 'done' }
  })
}
