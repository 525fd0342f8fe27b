import type { Account } from '../accounts/account.ts'
import { record, visitorOrigin, type Origin as AuditOrigin } from '../audit/audit.ts'
import type { Transaction } from '../database/transaction.ts'
import { enqueue } from '../delivery/outbox.ts'
import type { SettingsVersion } from '../organizations/store.ts'
import { after } from '../platform/clock.ts'
import { newId, newToken } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Visitor } from '../platform/visitor.ts'
import { deviceHash } from '../sessions/devices-store.ts'
import { newAttempt, WAITS_FOR_DELIVERY, type Attempt } from './attempt.ts'
import { ORIGINS, type Origin } from './origin.ts'
import type { RecoveryParts } from './parts.ts'
import { sealedIdentifiers } from './sealed-store.ts'
import { addAttempt, attemptAnsweredBy, attemptAskedBy, type StoredAttempt } from './store.ts'
import { offered, strategyOf } from './strategies/index.ts'
import type { MethodId } from './strategy.ts'

/** The browser in which a recovery is asked for. */
export interface Asking {
  visitor: Visitor
  locale: string
  /** Cookies it brought: the recovery that it had open, and the device that it may be known as. */
  recoveryToken: string | undefined
  deviceToken: string | undefined
}

/** What the browser that asked does next: choose how, open the link elsewhere, or type the code. */
export type Awaiting = 'choice' | 'link' | 'code'

/** What became of a request: begun, with the token for the recovery cookie, or why not. */
export type Begun =
  | { outcome: 'begun'; browserToken: string; awaits: Awaiting }
  | { outcome: 'too-many'; retryAfterSeconds: number }
  | { outcome: 'too-early'; retryAfterSeconds: number }
  | { outcome: 'nothing-offered' }
  | { outcome: 'unreadable' }
  | { outcome: 'unknown-person' }
  | { outcome: 'no-address' }

/** What a request is granted that did not come from a person naming somebody: its account is known already. */
interface Granted {
  origin: Exclude<Origin, 'person'>
  /** Null: somebody who signed up, and whose link is to make the account. */
  person: Account | null
  /** The attempt's id, where the caller must find it again. */
  id?: string
  /** Who granted it, where it is known. */
  by?: AuditOrigin
}

/** What a new attempt is for. `method` null: the only one that is offered, or the person is still to choose. */
interface Start {
  settings: SettingsVersion
  /** What the person typed, in canonical form. */
  identifier: string
  method: MethodId | null
  asking: Asking
  granted?: Granted
  /** When its message leaves; absent: now. */
  dueAt?: Date
}

/**
 * Stores a new attempt and the message that the worker will make of it, in the caller's transaction; no message yet where
 * the person is to choose how it comes. Where the person is known already, the worker does not resolve the identifier but
 * writes to that account.
 */
export async function startAttempt(parts: RecoveryParts, tx: Transaction, start: Start): Promise<Begun> {
  const started = await addNewAttempt(parts, tx, start)
  if (!started) return { outcome: 'nothing-offered' }
  const { attempt, browserToken } = started
  const { asking, identifier } = start
  const person = start.granted?.person ?? null
  if (attempt.method !== null) await enqueueMessage(parts, tx, attempt, asking.locale, start.dueAt)
  const { actor, begun } = ORIGINS[attempt.origin]
  await record(tx, parts.random, {
    kind: begun,
    outcome: 'success',
    origin: start.granted?.by ?? (actor === 'visitor' ? visitorOrigin(asking.visitor) : { actor }),
    subjectId: person?.id ?? null,
    // Keyed, because people type passwords into this field.
    detail: {
      attempt: attempt.id,
      ...(attempt.method === null ? {} : { method: attempt.method }),
      identifier: parts.secrets.keyedHash('audit identifier', identifier),
    },
  })
  return { outcome: 'begun', browserToken, awaits: awaitedOf(parts, attempt) }
}

/** What an attempt waits for, told from its own row. */
export function awaitedOf(parts: RecoveryParts, { method }: Attempt): Awaiting {
  return method === null ? 'choice' : strategyOf(parts, method).answeredBy
}

/** Queues the message of an attempt whose method is known; the worker makes it when it leaves. */
export async function enqueueMessage(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: Attempt,
  locale: string,
  dueAt = tx.now,
): Promise<void> {
  if (attempt.method === null) throw new Error(`no method was chosen for attempt ${attempt.id}`)
  const name = ORIGINS[attempt.origin].message ?? strategyOf(parts, attempt.method).message
  await enqueue(tx, parts.random, { name, to: null, locale, data: { attemptId: attempt.id } }, { dueAt })
}

/** Stores a new attempt; null when the organization offers no way, or not the one that is asked for. */
export async function addNewAttempt(
  parts: RecoveryParts,
  tx: Transaction,
  { settings: { settings, version }, identifier, method, asking, granted }: Start,
): Promise<{ attempt: Attempt; browserToken: string } | null> {
  const ways = offered(parts, settings.recovery).map(({ id }) => id)
  const [only] = ways.length === 1 ? ways : []
  const isOffered = method === null ? ways.length > 0 : ways.includes(method)
  const origin = granted?.origin ?? 'person'
  const person = granted?.person ?? null
  if (!isOffered && ORIGINS[origin].isSelfService) return null
  const previous = await previousAttempt(tx, asking)
  const id = granted?.id ?? newId(parts.random, tx.now)
  const browserToken = newToken(parts.random)
  const attempt = newAttempt({
    id,
    lineage: previous?.lineage ?? id,
    sequence: (previous?.sequence ?? 0) + 1,
    origin,
    settingsVersion: version,
    person: person && { accountId: person.id, securityEpoch: person.securityEpoch },
    method: method ?? only ?? null,
    // One whose person is known counts among that person's live attempts from the moment that a secret of it does.
    expiresAt: person ? tx.now : after(tx.now, WAITS_FOR_DELIVERY),
  })
  await addAttempt(tx, attempt, {
    identifierSealed: parts.secrets.seal(identifier, sealedIdentifiers.context(id)),
    askedByHash: hashToken(browserToken),
    deviceHash: deviceHash(tx.organizationId, asking.deviceToken),
    address: asking.visitor.place,
    device: asking.visitor.device,
    locale: asking.locale,
  })
  return { attempt, browserToken }
}

/** What the person of an attempt typed, in canonical form. */
export function identifierOf(parts: RecoveryParts, attempt: StoredAttempt): string {
  return parts.secrets.open(attempt.asked.identifierSealed, sealedIdentifiers.context(attempt.id))
}

/** The recovery that this browser has open, whether it asked for it or answered it. */
export async function previousAttempt(
  tx: Transaction,
  { recoveryToken }: Pick<Asking, 'recoveryToken'>,
): Promise<StoredAttempt | null> {
  if (!recoveryToken) return null
  return (await attemptAnsweredBy(tx, recoveryToken)) ?? (await attemptAskedBy(tx, recoveryToken))
}

/** For an attempt that no browser asked for; `from` where it goes back to one that did. */
export function nobodyAsking(locale: string, from = { place: '', device: '' }): Asking {
  const visitor = { ...from, network: '', requestId: '' }
  return { visitor, locale, recoveryToken: undefined, deviceToken: undefined }
}
