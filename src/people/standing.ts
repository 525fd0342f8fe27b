import type { SignedIn } from '../access/signed-in.ts'
import type { Account, Role } from '../accounts/account.ts'
import { changeStanding, raiseSecurityEpoch } from '../accounts/store.ts'
import { record, type EventKind } from '../audit/audit.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Standing } from '../delivery/news.ts'
import { endSessions } from '../sessions/store.ts'
import { doTo, type Deed, type InHand, type PeopleParts } from './deed.ts'
import { tellOwners, tellPerson } from './tell.ts'

const EVENTS = { suspended: 'person.suspended', active: 'person.reactivated' } as const

/** Keeps a person out until further notice, or lets them in again. */
export async function changeState(
  parts: PeopleParts,
  organizationId: string,
  who: SignedIn,
  { personId, state }: { personId: string; state: Account['state'] },
): Promise<Deed> {
  return doTo(parts, organizationId, who, personId, async (tx, hand) => {
    if (hand.person.state === state) return 'same'
    await change(tx, parts, hand, { to: { state }, kind: EVENTS[state], standing: state })
    return 'done'
  })
}

/** Gives a person another role, in the name of an owner. An owner who does it stays one, so that there is always one. */
export async function changeRole(
  parts: PeopleParts,
  organizationId: string,
  who: SignedIn,
  { personId, role }: { personId: string; role: Role },
): Promise<Deed> {
  return doTo(parts, organizationId, who, personId, async (tx, hand) => {
    if (hand.manager.role !== 'owner') return 'forbidden'
    if (hand.person.role === role) return 'same'
    await change(tx, parts, hand, { to: { role }, kind: 'role.changed', standing: role })
    return 'done'
  })
}

/** It counts from the next request on: sessions end, and recoveries begun before are out of date (ASVS 7.4.2, 8.3.2). */
async function change(
  tx: Transaction,
  { random }: PeopleParts,
  hand: InHand,
  made: { to: Partial<Pick<Account, 'role' | 'state'>>; kind: EventKind; standing: Standing },
): Promise<void> {
  const { person, origin } = hand
  await changeStanding(tx, person.id, made.to)
  await raiseSecurityEpoch(tx, person.id)
  const sessionsEnded = await endSessions(tx, person.id)
  await record(tx, random, {
    kind: made.kind,
    outcome: 'success',
    origin,
    subjectId: person.id,
    detail: { sessionsEnded, ...(made.to.role ? { from: person.role, to: made.to.role } : {}) },
  })
  await tellPerson(tx, random, hand, made.standing)
  if (made.to.role || person.role !== 'member') await tellOwners(tx, random, hand, made.standing)
}
