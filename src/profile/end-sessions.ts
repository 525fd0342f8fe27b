import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization } from '../database/transaction.ts'
import { endOtherSessions, endSessionById } from '../sessions/store.ts'
import { cancelContactsOf } from './contact-store.ts'
import type { ProfileParts } from './parts.ts'

/** `gone`: there is no such session of this account, or not any more. `over`: the one that asks is not there any more. */
export type SessionsEnded = { outcome: 'ended'; count: number } | { outcome: 'gone' } | { outcome: 'over' }

/**
 * Ends one other session of who is signed in, or all others (ASVS 7.5.2). An address or number that they asked for goes with
 * them: it may be a thief's. Nothing else does: browsers stay known, and what is under way elsewhere goes on.
 */
export async function endSessionsElsewhere(
  parts: ProfileParts,
  organizationId: string,
  who: SignedIn,
  which: { id: string } | 'others',
): Promise<SessionsEnded> {
  return withOrganization(parts.database, organizationId, async (tx): Promise<SessionsEnded> => {
    const held = await lockSignedIn(tx, who)
    if (!held) return { outcome: 'over' }
    const { account, session } = held
    const count =
      which === 'others'
        ? await endOtherSessions(tx, account.id, session.id)
        : Number(which.id !== session.id && (await endSessionById(tx, account.id, which.id)))
    if (count === 0 && which !== 'others') return { outcome: 'gone' }
    const ended = which === 'others' ? { allBut: session.id } : { only: which.id }
    await cancelContactsOf(tx, account.id, ended)
    // That nothing ended is told nowhere: as often as anybody likes, it would push deeds off the activity's page.
    if (count > 0)
      await record(tx, parts.random, {
        kind: 'session.ended',
        outcome: 'success',
        origin: visitorOrigin(who.visitor, account.id),
        subjectId: account.id,
        detail: { which: which === 'others' ? 'all others' : which.id, sessionsEnded: count },
      })
    return { outcome: 'ended', count }
  })
}
