import type { Settings } from '../organizations/settings.ts'
import { after, MINUTE } from '../platform/clock.ts'
import { hashToken } from '../platform/secrets.ts'
import { ORIGINS } from './origin.ts'
import type { RecoveryParts } from './parts.ts'
import type { IssuedSecret, StoredAttempt } from './store.ts'
import { strategyOf } from './strategies/index.ts'
import type { Strategy } from './strategy.ts'

/** How long a secret of an attempt lives by these settings, in milliseconds. Throws while no method is chosen. */
export function lifetimeOf(
  parts: RecoveryParts,
  { id, origin, method }: StoredAttempt,
  settings: Settings,
): number {
  if (method === null) throw new Error(`no method was chosen for attempt ${id}`)
  return ORIGINS[origin].lifetime ?? strategyOf(parts, method).lifetimeMinutes(settings) * MINUTE
}

/** Whether a secret has run out: at the end that it was given, or sooner where lifetimes became shorter since. */
export function isLate({ issuedAt, expiresAt }: IssuedSecret, lifetime: number, now: Date): boolean {
  return now >= expiresAt || now >= after(issuedAt, lifetime)
}

/**
 * What is stored of a secret. A link's token is random enough to stand alone. A code is not: its hash needs the server's
 * key, and holds for one request of one browser only (ASVS 6.5.2, 6.6.2).
 */
export function secretHash(
  { secrets }: RecoveryParts,
  strategy: Strategy,
  attempt: StoredAttempt,
  secret: string,
): Buffer {
  if (strategy.answeredBy === 'link') return hashToken(secret)
  return hashToken(secrets.keyedHash(...keyedParts(attempt, secret)))
}

/** Everything that may be stored of a code: the key may have been rotated since it was sent. */
export function codeHashes({ secrets }: RecoveryParts, attempt: StoredAttempt, code: string): Buffer[] {
  return secrets.keyedHashes(...keyedParts(attempt, code)).map(hashToken)
}

function keyedParts({ id, asked }: StoredAttempt, secret: string) {
  return ['recovery code', id, asked.askedByHash.toString('base64url'), secret] as const
}
