import type { Context } from 'koa'
import { mayManage } from '../../../access/managed.ts'
import type { Account } from '../../../accounts/account.ts'
import { accountMadeAt } from '../../../accounts/deletion-store.ts'
import { accountById } from '../../../accounts/store.ts'
import { authenticatorOf } from '../../../credentials/authenticator-store.ts'
import { goodUntil } from '../../../credentials/initial-password.ts'
import { initialPasswordOf } from '../../../credentials/initial-store.ts'
import { passwordOf } from '../../../credentials/store.ts'
import { withOrganization, type Transaction } from '../../../database/transaction.ts'
import { isId } from '../../../platform/random.ts'
import { deletedFrom } from '../../../profile/deletion.ts'
import { resetGoesTo } from '../../../recovery/reset-for.ts'
import { liveSessions } from '../../../sessions/store.ts'
import { Refused } from '../../errors.ts'
import { hasRole } from '../door.ts'
import { pathPart, signedInPerson, type Visit } from '../../visit.ts'

/** What can be done to a person's account, in the order in which it is offered. Each is the page of its name. */
export const DEEDS = ['way-in', 'reset', 'authenticator', 'sessions', 'role', 'state', 'delete'] as const
export type DeedName = (typeof DEEDS)[number]

/** Somebody as who runs the organization sees them: never a secret. */
export interface Asked {
  person: Account
  now: Date
  madeAt: Date | null
  /** When it is deleted, because its person wants it. */
  leavingAt: Date | null
  passwordSetAt: Date | null
  /** Until when an initial password is good that was not used up. */
  initialUntil: Date | null
  authenticator: { codesLeft: number } | null
  sessions: number
  /** What the reader may do here, and what there is to do. */
  deeds: DeedName[]
}

/** The person whom an address names. Throws 404 for who is not there, also for whoever is of another organization. */
export async function personAsked(visit: Visit, ctx: Context): Promise<Asked> {
  return withOrganization(visit.parts.database, visit.organization.id, (tx) => lookAt(tx, visit, ctx))
}

/** Like `personAsked`, in a transaction. */
export async function lookAt(tx: Transaction, visit: Visit, ctx: Context): Promise<Asked> {
  const id = idAsked(ctx)
  const person = isId(id) ? await accountById(tx, id) : null
  if (!person) throw new Refused(404)
  const password = await passwordOf(tx, id)
  const initial = await initialPasswordOf(tx, id)
  const isInitialGood =
    !password && initial?.securityEpoch === person.securityEpoch && tx.now < goodUntil(initial.madeAt)
  const seen = {
    person,
    now: tx.now,
    madeAt: await accountMadeAt(tx, id),
    leavingAt: await deletedFrom(tx, person),
    passwordSetAt: password?.setAt ?? null,
    initialUntil: isInitialGood ? goodUntil(initial.madeAt) : null,
    authenticator: await authenticatorOf(tx, id),
    sessions: (await liveSessions(tx, id)).length,
  }
  const { account: reader } = signedInPerson(visit)
  return { ...seen, deeds: mayManage(reader, person) ? deedsOn(seen, reader) : [] }
}

/** The id in the address, whatever it names. */
export function idAsked(ctx: Context): string {
  return pathPart(ctx, 'id')
}

function deedsOn(seen: Omit<Asked, 'deeds'>, reader: Account): DeedName[] {
  const { person, now, passwordSetAt, authenticator, sessions } = seen
  const isOwner = hasRole(reader, 'owner')
  const isThere: Record<DeedName, boolean> = {
    'way-in': passwordSetAt === null && person.state === 'active' && !person.protectedAt,
    reset: passwordSetAt !== null && resetGoesTo(person, now) !== null,
    authenticator: authenticator !== null && (isOwner || person.role === 'member'),
    sessions: sessions > 0,
    role: isOwner,
    state: true,
    delete: true,
  }
  return DEEDS.filter((name) => isThere[name])
}
