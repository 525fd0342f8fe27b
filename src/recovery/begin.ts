import { accountNamed } from '../accounts/store.ts'
import { verifiedEmail, type Account } from '../accounts/account.ts'
import { readIdentifier, type Identifier } from '../accounts/identifiers.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { enqueue } from '../delivery/outbox.ts'
import type { RecoverySettings } from '../organizations/settings.ts'
import { currentSettings, type SettingsVersion } from '../organizations/store.ts'
import { after } from '../platform/clock.ts'
import { newId, newToken } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Visitor } from '../platform/visitor.ts'
import { deviceHash } from '../sessions/known-devices.ts'
import { WAITS_FOR_DELIVERY, type Attempt } from './attempt.ts'
import { ORIGINS, type Origin } from './origin.ts'
import type { RecoveryParts } from './parts.ts'
import { addAttempt, attemptAnsweredBy, attemptAskedBy, type StoredAttempt } from './store.ts'
import { offered } from './strategies/index.ts'

/** The browser in which a recovery is asked for. */
export interface Asking {
  visitor: Visitor
  locale: string
  /** Cookies it brought: the recovery that it had open, and the device that it may be known as. */
  recoveryToken: string | undefined
  deviceToken: string | undefined
}

/** What became of a request: begun, with the token for the recovery cookie, or why not. */
export type Begun =
  | { outcome: 'begun'; browserToken: string }
  | { outcome: 'too-many'; retryAfterSeconds: number }
  | { outcome: 'nothing-offered' }
  | { outcome: 'unreadable' }
  | { outcome: 'unknown-person' }
  | { outcome: 'no-address' }

/**
 * Begins a recovery for whoever is named. Under `uniform` nobody is looked up here: the identifier is sealed and the
 * worker finds out whom it names, so known and unknown people get the same answer in the same time by construction.
 * Under `helpful` a person who is not there, or has no address, is said so, within a limit per network address.
 */
export async function beginRecovery(
  parts: RecoveryParts,
  organizationId: string,
  typed: string,
  asking: Asking,
): Promise<Begun> {
  const allowance = await parts.limits.spend('recovery-requests-per-address', asking.visitor.network)
  if (!allowance.allowed) return { outcome: 'too-many', retryAfterSeconds: allowance.retryAfterSeconds }

  const { settings, version } = await withOrganization(parts.database, organizationId, currentSettings)
  const identifier = readIdentifier(typed)
  if (!identifier || !isAskedFor(identifier, settings.recovery)) return { outcome: 'unreadable' }

  if (settings.recovery.unknownPerson === 'helpful') {
    const problem = await lookUpHelpfully(parts, organizationId, identifier, asking.visitor)
    if (problem) return { outcome: problem }
  }
  return withOrganization(parts.database, organizationId, (tx) =>
    startAttempt(parts, tx, { settings, version }, identifier.canonical, asking),
  )
}

/** Sends the message of a browser's recovery once more, as a new request for the same person. Null: it holds none. */
export async function beginAgain(
  parts: RecoveryParts,
  organizationId: string,
  asking: Asking,
): Promise<Begun | null> {
  const allowance = await parts.limits.spend('recovery-requests-per-address', asking.visitor.network)
  if (!allowance.allowed) return { outcome: 'too-many', retryAfterSeconds: allowance.retryAfterSeconds }
  return withOrganization(parts.database, organizationId, async (tx) => {
    const previous = await previousAttempt(tx, asking)
    if (!previous) return null
    return startAttempt(parts, tx, await currentSettings(tx), identifierOf(parts, previous), asking)
  })
}

/**
 * Invites somebody whom the operator made the owner of a new organization: a recovery that no browser asked for, whose
 * link sets the first password.
 */
export async function invite(
  parts: RecoveryParts,
  tx: Transaction,
  settings: SettingsVersion,
  owner: Account & { email: string },
): Promise<void> {
  const asking = nobodyAsking(settings.settings.branding.locale)
  await startAttempt(parts, tx, settings, owner.email, asking, { origin: 'operator', person: owner })
}

/** What the person of an attempt typed, in canonical form. */
export function identifierOf(parts: RecoveryParts, attempt: StoredAttempt): string {
  return parts.secrets.open(attempt.request.identifierSealed, sealContext(attempt.id))
}

/** What a request is granted that did not come from a person naming somebody: its account is known already. */
interface Granted {
  origin: Exclude<Origin, 'person'>
  person: Account
  /** The attempt's id, where the caller must find it again. */
  id?: string
}

/**
 * Stores a new attempt and the message that the worker will make of it, in the caller's transaction. Where the
 * person is known already, the worker does not resolve the identifier but writes to that account.
 */
export async function startAttempt(
  parts: RecoveryParts,
  tx: Transaction,
  settings: SettingsVersion,
  canonical: string,
  asking: Asking,
  granted: Granted | null = null,
): Promise<Begun> {
  const started = await addNewAttempt(parts, tx, settings, canonical, asking, granted)
  if (!started) return { outcome: 'nothing-offered' }
  const { attempt, browserToken } = started
  const { message, begun } = ORIGINS[attempt.origin]
  await enqueue(tx, parts.random, {
    name: message,
    to: null,
    locale: asking.locale,
    data: { attemptId: attempt.id },
  })
  await record(tx, parts.random, {
    kind: begun,
    outcome: 'success',
    origin: attempt.origin === 'operator' ? { actor: 'operator' } : visitorOrigin(asking.visitor),
    subjectId: granted?.person.id ?? null,
    // Keyed, because people type passwords into this field.
    detail: { attempt: attempt.id, identifier: parts.secrets.keyedHash('audit identifier', canonical) },
  })
  return { outcome: 'begun', browserToken }
}

/** Stores a new attempt by the first way that the organization offers; null when it offers none. */
export async function addNewAttempt(
  parts: RecoveryParts,
  tx: Transaction,
  { settings, version }: SettingsVersion,
  canonical: string,
  asking: Asking,
  granted: Granted | null,
): Promise<{ attempt: Attempt; browserToken: string } | null> {
  const [strategy] = offered(settings.recovery)
  if (!strategy) return null
  const previous = await previousAttempt(tx, asking)
  const id = granted?.id ?? newId(parts.random, tx.now)
  const browserToken = newToken(parts.random)
  const attempt: Attempt = {
    id,
    lineage: previous?.lineage ?? id,
    origin: granted?.origin ?? 'person',
    settingsVersion: version,
    person: granted && { accountId: granted.person.id, securityEpoch: granted.person.securityEpoch },
    method: strategy.id,
    browserHash: null,
    step: 'proving',
    closedReason: null,
    proven: [],
    exchanges: 0,
    submits: 0,
    refreshed: false,
    completedBy: null,
    finishBy: null,
    // One whose person is known counts among that person's live attempts from the moment that a link of it does.
    expiresAt: granted ? tx.now : after(tx.now, WAITS_FOR_DELIVERY),
    endedAt: null,
  }
  await addAttempt(tx, attempt, {
    identifierSealed: parts.secrets.seal(canonical, sealContext(id)),
    askedByHash: hashToken(browserToken),
    deviceHash: deviceHash(tx.organizationId, asking.deviceToken),
    address: asking.visitor.place,
    device: asking.visitor.device,
    locale: asking.locale,
  })
  return { attempt, browserToken }
}

/** For an attempt that no browser asked for. */
export function nobodyAsking(locale: string): Asking {
  const visitor = { network: '', place: '', device: '', requestId: '' }
  return { visitor, locale, recoveryToken: undefined, deviceToken: undefined }
}

/**
 * The two errors of S3, or null to go on. A look-up that fails is counted, and from the sixth in an hour the page answers
 * everyone alike: an address that tries names learns no more.
 */
async function lookUpHelpfully(
  parts: RecoveryParts,
  organizationId: string,
  identifier: Identifier,
  visitor: Visitor,
): Promise<'unknown-person' | 'no-address' | null> {
  const account = await withOrganization(parts.database, organizationId, (tx) => accountNamed(tx, identifier))
  const problem = problemOf(account)
  if (!problem) return null
  const allowance = await parts.limits.spend('failed-look-ups-per-address', visitor.network)
  return allowance.allowed ? problem : null
}

async function previousAttempt(tx: Transaction, { recoveryToken }: Asking): Promise<StoredAttempt | null> {
  if (!recoveryToken) return null
  return (await attemptAskedBy(tx, recoveryToken)) ?? (await attemptAnsweredBy(tx, recoveryToken))
}

function problemOf(account: Account | null): 'unknown-person' | 'no-address' | null {
  if (!account) return 'unknown-person'
  // Of a suspended account nothing is said.
  return account.state === 'active' && !verifiedEmail(account) ? 'no-address' : null
}

function isAskedFor(identifier: Identifier, settings: RecoverySettings): boolean {
  return settings.identifier === 'username-or-email' || settings.identifier === identifier.kind
}

function sealContext(attemptId: string): string {
  return `recovery_attempts.${attemptId}.identifier`
}
