import type { Transaction } from '../database/transaction.ts'
import { after, DAY } from '../platform/clock.ts'
import { firstIdOf, LAST_ID, NO_ID } from '../platform/random.ts'
import type { AuditEvent, AuditRow, EventKind, Origin } from './audit.ts'
import { ALL_KINDS } from './groups.ts'

/** One event as a reader of the whole log is told of it. */
export interface LoggedEvent {
  id: string
  at: Date
  kind: EventKind
  outcome: AuditEvent['outcome']
  actor: Origin['actor']
  actorId: string | null
  subjectId: string | null
  /** Shortened to a network. */
  address: string | null
  requestId: string | null
  detail: NonNullable<AuditEvent['detail']>
}

/** Which events; null: all of them. */
export interface Search {
  kinds: readonly EventKind[] | null
  outcome: AuditEvent['outcome'] | null
  /** Who did it, or whom it is about. */
  personId: string | null
  /** From this instant on, and before that one. */
  from: Date | null
  until: Date | null
}

/** The instant before which a day is over. */
export function endOfDay(day: Date): Date {
  return after(day, DAY)
}

/**
 * The newest events of this organization that a search is for, before an id, at most so many. Ids are in the order of time,
 * so that days are bounds of ids. Each kind is looked up by itself, along an index that is made for it: else a rare one is
 * looked for through the whole log (TI-11: every query names its organization first).
 */
export async function findEvents(
  tx: Transaction,
  search: Search,
  before: string | null,
  most: number,
): Promise<LoggedEvent[]> {
  const end = search.until ? firstIdOf(search.until) : LAST_ID
  const bounds = {
    organization: tx.organizationId,
    below: before && before < end ? before : end,
    from: search.from ? firstIdOf(search.from) : NO_ID,
    kinds: [...(search.kinds ?? ALL_KINDS)],
    outcomes: search.outcome ? [search.outcome] : ['success', 'refused'],
    person: search.personId,
    most,
  }
  const { rows } = await tx.sql.raw<{ rows: AuditRow[] }>(queryFor(search), bounds)
  return rows.map(({ actor_id, subject_id, request_id, ...row }) => ({
    ...row,
    actorId: actor_id,
    subjectId: subject_id,
    requestId: request_id,
  }))
}

function queryFor({ kinds, outcome, personId }: Search): string {
  if (personId) return ABOUT_A_PERSON
  return kinds || outcome ? OF_SOME_KINDS : ALL
}

const BETWEEN = 'organization_id = :organization and id < :below and id >= :from'

const ALL = `select * from audit_events where ${BETWEEN} order by id desc limit :most`

const OF_SOME_KINDS = `
  select event.* from unnest(:kinds::text[]) as wanted (kind), unnest(:outcomes::text[]) as ended (outcome), lateral (
    select * from audit_events
    where ${BETWEEN} and kind = wanted.kind and outcome = ended.outcome order by id desc limit :most) as event
  order by event.id desc limit :most`

const ABOUT_A_PERSON = `
  select event.* from unnest(:kinds::text[]) as wanted (kind), lateral (
    (select * from audit_events
     where ${BETWEEN} and subject_id = :person and kind = wanted.kind and outcome = any (:outcomes)
     order by id desc limit :most)
    union
    (select * from audit_events
     where ${BETWEEN} and actor_id = :person and kind = wanted.kind and outcome = any (:outcomes)
     order by id desc limit :most)) as event
  order by event.id desc limit :most`
