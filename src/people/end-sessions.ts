import type { SignedIn } from '../access/signed-in.ts'
import { raiseSecurityEpoch } from '../accounts/store.ts'
import { record } from '../audit/audit.ts'
import { endSessions } from '../sessions/store.ts'
import { doTo, type Deed, type PeopleParts } from './deed.ts'
import { tellPerson } from './tell.ts'

/**
 * Signs a person out everywhere (ASVS 7.4.5). What was begun in those sessions, and recoveries under way, are over with them:
 * they may be a thief's.
 */
export async function signOutEverywhere(
  parts: PeopleParts,
  organizationId: string,
  who: SignedIn,
  personId: string,
): Promise<Deed> {
  return doTo(parts, organizationId, who, personId, async (tx, hand) => {
    const { person, origin } = hand
    const sessionsEnded = await endSessions(tx, person.id)
    if (sessionsEnded === 0) return 'same'
    await raiseSecurityEpoch(tx, person.id)
    await record(tx, parts.random, {
      kind: 'session.ended',
      outcome: 'success',
      origin,
      subjectId: person.id,
      detail: { which: 'all', sessionsEnded },
    })
    await tellPerson(tx, parts.random, hand, 'out')
    return 'done'
  })
}
