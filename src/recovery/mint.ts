import { record, type EventKind } from '../audit/audit.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Settings } from '../organizations/settings.ts'
import { after } from '../platform/clock.ts'
import { move, type AttemptInHand } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { detailOf } from './record.ts'
import { secretHash } from './secret.ts'
import { addSecret } from './store.ts'
import type { Strategy } from './strategy.ts'

/** The address that answers a link's secret. */
export function linkWith(
  parts: RecoveryParts,
  { slug }: { slug: string },
  secret: string,
  page: 'link' | 'not-me' = 'link',
): string {
  return `${parts.publicUrl}/${slug}/recover/${page}?token=${secret}`
}

/** Mints a secret for an attempt and its account, if it has one, which this transaction holds. Returns it as it is sent. */
export async function mint(
  parts: RecoveryParts,
  tx: Transaction,
  { attempt, account }: AttemptInHand,
  { strategy, settings, lifetime }: { strategy: Strategy; settings: Settings; lifetime: number },
): Promise<string> {
  const secret = strategy.newSecret(parts.random, settings)
  const hash = secretHash(parts, strategy, attempt, secret)
  const kind = strategy.answeredBy === 'link' ? 'recovery.link-minted' : 'recovery.code-minted'
  await keepSecret(parts, tx, { attempt, account }, { hash, lifetime, kind })
  return secret
}

/** Stores the hash of a secret of an attempt and its account, which this transaction holds, and records that there is one. */
export async function keepSecret(
  parts: RecoveryParts,
  tx: Transaction,
  { attempt, account }: AttemptInHand,
  { hash, lifetime, kind }: { hash: Buffer; lifetime: number; kind: EventKind },
): Promise<void> {
  const secretExpiresAt = after(tx.now, lifetime)
  await addSecret(tx, hash, { attemptId: attempt.id, issuedAt: tx.now, expiresAt: secretExpiresAt })
  const person = account && { accountId: account.id, securityEpoch: account.securityEpoch }
  await move(tx, attempt, { name: 'minted', person, secretExpiresAt })
  await record(tx, parts.random, {
    kind,
    outcome: 'success',
    origin: { actor: 'system', address: attempt.asked.address || null },
    subjectId: account?.id ?? null,
    detail: { ...detailOf(attempt), ...(attempt.method === null ? {} : { method: attempt.method }) },
  })
}
