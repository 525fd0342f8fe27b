import type { Transaction } from '../database/transaction.ts'
import { LAST_ID, NO_ID } from '../platform/random.ts'
import type { EventKind, Origin } from './audit.ts'

/** What tells two events of one kind apart: which of both was entered, or that a way in was not asked for but given. */
export type Matter = 'email' | 'phone' | 'invitation'

/** What the log tells of one event to the person whom it is about. The rest of its detail stays in the log. */
export interface PastEvent {
  id: string
  at: Date
  kind: EventKind
  outcome: 'success' | 'refused'
  actor: Origin['actor']
  actorId: string | null
  /** Shortened to a network. */
  address: string | null
  /** Null where the kind says it all. */
  matter: Matter | null
}

interface EventRow {
  id: string
  at: Date
  kind: EventKind
  outcome: PastEvent['outcome']
  actor: PastEvent['actor']
  actor_id: string | null
  address: string | null
  detail: { contact?: 'email' | 'phone'; invitation?: boolean }
}

/** Which events of somebody: of some kinds, between two ids, neither of which is among them. */
export interface Span {
  subjectId: string
  kinds: readonly EventKind[]
  olderThan?: string | null
  newerThan?: string | null
}

/**
 * The events of a span, newest first, at most so many of each kind or in all: the newest, or those next to its older end.
 * Each kind is looked up by itself, along the index that is made for it: else the planner walks the whole organization's log
 * back in time, and the more others fill it the longer a person waits.
 */
export async function eventsAbout(
  tx: Transaction,
  { subjectId, kinds, olderThan, newerThan }: Span,
  most: { ofEach: number } | { inAll: number },
  from: 'newest' | 'oldest' = 'newest',
): Promise<PastEvent[]> {
  const [ofEach, inAll] = 'inAll' in most ? [most.inAll, most.inAll] : [most.ofEach, null]
  const order = from === 'newest' ? 'desc' : 'asc'
  const { rows } = await tx.sql.raw<{ rows: EventRow[] }>(
    `select event.* from unnest(?::text[]) as told (kind) cross join lateral (
       select * from audit_events
       where organization_id = ? and subject_id = ? and kind = told.kind and id < ? and id > ?
       order by id ${order} limit ?) as event
     order by event.id ${order} limit ?`,
    [[...kinds], tx.organizationId, subjectId, olderThan ?? LAST_ID, newerThan ?? NO_ID, ofEach, inAll],
  )
  const newestFirst = from === 'newest' ? rows : rows.toReversed()
  return newestFirst.map(({ id, at, kind, outcome, actor, actor_id, address, detail }) => {
    const matter = detail.invitation ? 'invitation' : (detail.contact ?? null)
    return { id, at, kind, outcome, actor, actorId: actor_id, address, matter }
  })
}
