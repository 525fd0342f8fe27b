import type { Transaction } from '../database/transaction.ts'
import { LAST_ID, NO_ID } from '../platform/random.ts'
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

interface EventRow {
  id: string
  at: Date
  kind: EventKind
  outcome: PastEvent['outcome']
  actor: PastEvent['actor']
  actor_id: string | null
  address: string | null
}

/** Which events of somebody: of some kinds, between two ids, neither of which is among them. */
export interface Span {
  subjectId: string
  kinds: readonly EventKind[]
  olderThan?: string | null
  newerThan?: string | null
}

/**
 * The events of a span, newest first, at most so many of each kind: the newest of it, or those next to its older end. Each
 * kind is looked up by itself, along the index that is made for it: else the planner walks the whole organization's log
 * back in time, and the more others fill it the longer a person waits.
 */
export async function eventsAbout(
  tx: Transaction,
  { subjectId, kinds, olderThan, newerThan }: Span,
  mostOfEach: number,
  from: 'newest' | 'oldest' = 'newest',
): Promise<PastEvent[]> {
  const { rows } = await tx.sql.raw<{ rows: EventRow[] }>(
    `select event.* from unnest(?::text[]) as told (kind) cross join lateral (
       select * from audit_events
       where organization_id = ? and subject_id = ? and kind = told.kind and id < ? and id > ?
       order by id ${from === 'newest' ? 'desc' : 'asc'} limit ?) as event
     order by event.id desc`,
    [[...kinds], tx.organizationId, subjectId, olderThan ?? LAST_ID, newerThan ?? NO_ID, mostOfEach],
  )
  return rows.map(({ id, at, kind, outcome, actor, actor_id, address }) => {
    return { id, at, kind, outcome, actor, actorId: actor_id, address }
  })
}
