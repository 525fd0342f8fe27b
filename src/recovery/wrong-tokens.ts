import type { Visitor } from '../platform/visitor.ts'
import type { RecoveryParts } from './parts.ts'

/** Counts a token that was never ours against the network that it came from; null while that may go on. */
export async function tooManyWrongTokens(
  parts: RecoveryParts,
  judged: { outcome: string; reason?: string },
  visitor: Visitor,
): Promise<{ outcome: 'too-many'; retryAfterSeconds: number } | null> {
  if (judged.outcome !== 'dead' || judged.reason !== 'not-known') return null
  const spent = await parts.limits.spend('wrong-tokens-per-address', visitor.network)
  return spent.allowed ? null : { outcome: 'too-many', retryAfterSeconds: spent.retryAfterSeconds }
}
