import { hashToken } from '../platform/secrets.ts'
import type { RecoveryParts } from './parts.ts'
import type { StoredAttempt } from './store.ts'
import type { Strategy } from './strategy.ts'

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

function keyedParts({ id, request }: StoredAttempt, secret: string) {
  return ['recovery code', id, request.askedByHash.toString('base64url'), secret] as const
}
