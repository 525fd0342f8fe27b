import { record, visitorOrigin, type EventKind } from '../audit/audit.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Visitor } from '../platform/visitor.ts'
import type { Attempt, DeadReason } from './attempt.ts'
import { ORIGINS } from './origin.ts'
import type { RecoveryParts } from './parts.ts'

/** What each event of an attempt tells of it: its person's activity calls an invitation by its name. */
export function detailOf({ id, origin }: Attempt): { attempt: string; invitation?: true } {
  return { attempt: id, ...(ORIGINS[origin].isInvitation ? { invitation: true } : {}) }
}

/** Records what a visitor did to an attempt, with what else there is to tell of it; `actorId` for who is signed in. */
export async function recordDeed(
  parts: RecoveryParts,
  tx: Transaction,
  kind: Extract<EventKind, `recovery.${string}`>,
  attempt: Attempt,
  visitor: Visitor,
  detail: Record<string, string> = {},
  actorId: string | null = null,
): Promise<void> {
  await record(tx, parts.random, {
    kind,
    outcome: kind === 'recovery.refused' ? 'refused' : 'success',
    origin: visitorOrigin(visitor, actorId),
    subjectId: attempt.person?.accountId ?? null,
    detail: { ...detailOf(attempt), ...detail },
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
