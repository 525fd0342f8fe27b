import { newUntil, type Account } from '../accounts/account.ts'
import { readIdentifier, type Identifier } from '../accounts/identifiers.ts'
import { accountNamed } from '../accounts/store.ts'
import type { Origin as AuditOrigin } from '../audit/audit.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { RecoverySettings, Settings } from '../organizations/settings.ts'
import { currentSettings, type SettingsVersion } from '../organizations/store.ts'
import type { Visitor } from '../platform/visitor.ts'
import type { RecoveryParts } from './parts.ts'
import { nobodyAsking, startAttempt, type Asking, type Begun } from './start.ts'
import { offered, offeredLink } from './strategies/index.ts'

/**
 * Begins a recovery for whoever is named. Under `uniform` nobody is looked up here: the identifier is sealed and the
 * worker finds out whom it names, so known and unknown people get the same answer in the same time by construction.
 * Under `helpful` a person who is not there, or cannot be reached, is said so, within a limit per network address.
 */
export async function beginRecovery(
  parts: RecoveryParts,
  organizationId: string,
  typed: string,
  asking: Asking,
): Promise<Begun> {
  const allowance = await parts.limits.spend('recovery-requests-per-address', asking.visitor.network)
  if (!allowance.allowed) return { outcome: 'too-many', retryAfterSeconds: allowance.retryAfterSeconds }

  const settings = await withOrganization(parts.database, organizationId, currentSettings)
  const { recovery } = settings.settings
  const identifier = readIdentifier(typed)
  if (!identifier || !isAskedFor(identifier, recovery)) return { outcome: 'unreadable' }

  if (recovery.unknownPerson === 'helpful') {
    const problem = await lookUpHelpfully(
      parts,
      organizationId,
      identifier,
      settings.settings,
      asking.visitor,
    )
    if (problem) return { outcome: problem }
  }
  return withOrganization(parts.database, organizationId, (tx) =>
    startAttempt(parts, tx, { settings, identifier: identifier.canonical, method: null, asking }),
  )
}

/**
 * Invites somebody for whom an account was made: a recovery that no browser asked for, whose link sets the first password.
 * `by` is who invites, `dueAt` when the mail leaves.
 */
export async function invite(
  parts: RecoveryParts,
  tx: Transaction,
  settings: SettingsVersion,
  person: Account & { email: string },
  by: AuditOrigin = { actor: 'operator' },
  dueAt = tx.now,
): Promise<void> {
  await startAttempt(parts, tx, {
    settings,
    identifier: person.email,
    method: 'email-link',
    asking: nobodyAsking(settings.settings.branding.locale),
    granted: { origin: 'operator', person, by },
    dueAt,
  })
}

/**
 * The two errors of S3, or null to go on. A look-up that fails is counted, and from the sixth in an hour the page answers
 * everyone alike: an address that tries names learns no more.
 */
async function lookUpHelpfully(
  parts: RecoveryParts,
  organizationId: string,
  identifier: Identifier,
  settings: Settings,
  visitor: Visitor,
): Promise<'unknown-person' | 'no-address' | null> {
  const problem = await withOrganization(parts.database, organizationId, async (tx) =>
    problemOf(parts, await accountNamed(tx, identifier), settings, tx.now),
  )
  if (!problem) return null
  const allowance = await parts.limits.spend('failed-look-ups-per-address', visitor.network)
  return allowance.allowed ? problem : null
}

function problemOf(
  parts: RecoveryParts,
  account: Account | null,
  settings: Settings,
  now: Date,
): 'unknown-person' | 'no-address' | null {
  if (!account) return 'unknown-person'
  // Of a suspended or protected account nothing is said.
  if (account.state !== 'active' || account.protectedAt) return null
  // They have one, and a mail to it says from when on it lets them in.
  if (newUntil(account, 'email', now) && account.emailVerifiedAt && offeredLink(parts, settings.recovery))
    return null
  const ways = offered(parts, settings.recovery)
  return ways.some((strategy) => strategy.reachable(account, settings, now)) ? null : 'no-address'
}

function isAskedFor(identifier: Identifier, settings: RecoverySettings): boolean {
  return settings.identifier === 'username-or-email' || settings.identifier === identifier.kind
}
