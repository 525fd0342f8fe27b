import type { Visitor } from '../platform/visitor.ts'
import type { Limits } from './limits.ts'

/** Counts a token that was never ours against the network that it came from; null while that may go on. */
export async function tooManyWrongTokens(
  { limits }: { limits: Limits },
  judged: { outcome: string; reason?: string },
  { network }: Visitor,
): Promise<{ outcome: 'too-many'; retryAfterSeconds: number } | null> {
  if (judged.outcome !== 'dead' || judged.reason !== 'not-known') return null
  const spent = await limits.spend('wrong-tokens-per-address', network)
  return spent.allowed ? null : { outcome: 'too-many', retryAfterSeconds: spent.retryAfterSeconds }
}
