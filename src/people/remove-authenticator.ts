import { keepChange } from '../access/account-change.ts'
import type { SignedIn } from '../access/signed-in.ts'
import { record } from '../audit/audit.ts'
import { authenticatorOf, removeAuthenticator } from '../credentials/authenticator-store.ts'
import { currentSettings } from '../organizations/store.ts'
import { newId } from '../platform/random.ts'
import { endSessions } from '../sessions/store.ts'
import { doTo, type Deed, type PeopleParts } from './deed.ts'

/**
 * Takes a lost authenticator away, for a reason that the log keeps; the person is told, and can undo it. That of somebody who runs
 * the organization only an owner takes away: for others it takes two, by a request.
 */
export async function removeLostAuthenticator(
  parts: PeopleParts,
  organizationId: string,
  who: SignedIn,
  { personId, reason }: { personId: string; reason: string },
): Promise<Deed> {
  return doTo(parts, organizationId, who, personId, async (tx, { manager, person, origin }) => {
    if (person.role !== 'member' && manager.role !== 'owner') return 'forbidden'
    if (!(await authenticatorOf(tx, person.id))) return 'same'
    await removeAuthenticator(tx, person.id)
    const { settings } = await currentSettings(tx)
    await keepChange(tx, parts.random, person, {
      id: newId(parts.random, tx.now),
      visitor: null,
      locale: settings.branding.locale,
      changed: 'authenticator',
      authenticator: 'removed',
      letter: (about) => ({
        name: 'authenticator-changed',
        data: { ...about, change: 'removed', byId: manager.id },
      }),
    })
    const sessionsEnded = await endSessions(tx, person.id)
    await record(tx, parts.random, {
      kind: 'authenticator.removed',
      outcome: 'success',
      origin,
      subjectId: person.id,
      detail: { reason, sessionsEnded },
    })
    return 'done'
  })
}
