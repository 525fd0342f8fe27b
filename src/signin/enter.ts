import type { Account } from '../accounts/account.ts'
import { record, visitorOrigin, type EventKind } from '../audit/audit.ts'
import type { FactorProof } from '../credentials/authenticator-store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Visitor } from '../platform/visitor.ts'
import { rememberDevice } from '../sessions/devices-store.ts'
import { endSession, openSession } from '../sessions/store.ts'
import type { SignInParts } from './parts.ts'
import { endHalfSignIn, type HalfSignIn } from './store.ts'

/** Who asks to come in, and what their browser brings along. */
export interface Browser {
  visitor: Visitor
  sessionToken: string | undefined
  halfToken: string | undefined
  deviceToken: string | undefined
}

/** The cookies of a session that was opened. */
export interface OpenedSession {
  sessionToken: string
  deviceToken: string
}

/** Lets a person in who has proven all that they must: what the browser had open before ends. */
export async function enter(
  parts: SignInParts,
  tx: Transaction,
  account: Account,
  factors: [HalfSignIn['proven'], ...FactorProof[]],
  { visitor, sessionToken, halfToken, deviceToken }: Browser,
): Promise<OpenedSession> {
  if (sessionToken) await endSession(tx, sessionToken)
  if (halfToken) await endHalfSignIn(tx, halfToken)
  const place = { address: visitor.place, device: visitor.device }
  const opened = {
    sessionToken: await openSession(tx, parts.random, account.id, place),
    deviceToken: await rememberDevice(tx, parts.random, account.id, deviceToken),
  }
  await record(tx, parts.random, {
    kind: 'sign-in.succeeded',
    outcome: 'success',
    origin: visitorOrigin(visitor, account.id),
    subjectId: account.id,
    detail: { factors: factors.join(', ') },
  })
  return opened
}

/** Writes down that somebody was not let in; `factor` is what was asked for. */
export async function recordRefusal(
  parts: SignInParts,
  tx: Transaction,
  kind: Extract<EventKind, 'sign-in.failed' | 'sign-in.paused'>,
  account: Account | null,
  visitor: Visitor,
  factor: 'password' | 'authenticator' = 'password',
): Promise<void> {
  await record(tx, parts.random, {
    kind,
    outcome: 'refused',
    origin: visitorOrigin(visitor),
    subjectId: account?.id ?? null,
    detail: { factor },
  })
}
