import { record, visitorOrigin, type EventKind } from '../audit/audit.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Visitor } from '../platform/visitor.ts'
import type { Attempt, DeadReason } from './attempt.ts'
import type { RecoveryParts } from './parts.ts'

/** Records what a visitor did to an attempt, with what else there is to tell of it; `actorId` for who is signed in. */
export async function recordDeed(
  parts: RecoveryParts,
  tx: Transaction,
  kind: Extract<EventKind, `recovery.${string}`>,
  { id, person }: Attempt,
  visitor: Visitor,
  detail: Record<string, string> = {},
  actorId: string | null = null,
): Promise<void> {
  await record(tx, parts.random, {
    kind,
    outcome: kind === 'recovery.refused' ? 'refused' : 'success',
    origin: visitorOrigin(visitor, actorId),
    subjectId: person?.accountId ?? null,
    detail: { attempt: id, ...detail },
  })
}

/** Records that something of an attempt was refused, and why. */
export async function recordRefusal(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: Attempt,
  visitor: Visitor,
  reason: DeadReason | 'wrong-code',
): Promise<void> {
  await recordDeed(parts, tx, 'recovery.refused', attempt, visitor, { reason })
}
