import type { TenantRow, Transaction } from '../database/transaction.ts'
import type { EventKind, Origin } from './audit.ts'

/** What the log tells of one event to the person whom it is about. Its detail stays in the log. */
export interface PastEvent {
  id: string
  at: Date
  kind: EventKind
  outcome: 'success' | 'refused'
  actor: Origin['actor']
  actorId: string | null
  /** Shortened to a network. */
  address: string | null
}

interface EventRow extends TenantRow {
  id: string
  at: Date
  kind: EventKind
  outcome: PastEvent['outcome']
  actor: PastEvent['actor']
  actor_id: string | null
  subject_id: string | null
  address: string | null
}

/** Which events of somebody: of some kinds, between two ids, neither of which is among them. */
export interface Span {
  subjectId: string
  kinds: readonly EventKind[]
  olderThan?: string | null
  newerThan?: string | null
}

/** At most so many events about somebody, newest first: the newest of the span, or those just after its older end. */
export async function eventsAbout(
  tx: Transaction,
  { subjectId, kinds, olderThan, newerThan }: Span,
  most: number,
  from: 'newest' | 'oldest' = 'newest',
): Promise<PastEvent[]> {
  const query = tx
    .rows<EventRow>('audit_events')
    .where('subject_id', subjectId)
    .whereIn('kind', kinds)
    .orderBy('id', from === 'newest' ? 'desc' : 'asc')
    .limit(most)
  if (olderThan) void query.where('id', '<', olderThan)
  if (newerThan) void query.where('id', '>', newerThan)
  const rows = await query
  const shown = rows.map(({ id, at, kind, outcome, actor, actor_id, address }) => {
    return { id, at, kind, outcome, actor, actorId: actor_id, address }
  })
  return from === 'newest' ? shown : shown.reverse()
}
