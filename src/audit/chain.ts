import type { Database } from '../database/connect.ts'
import { isDuplicate } from '../database/faults.ts'
import {
  withOrganization,
  withoutOrganization,
  type TenantRow,
  type Transaction,
} from '../database/transaction.ts'
import { NO_ID } from '../platform/random.ts'
import { digestOf } from '../platform/secrets.ts'
import { unchainedEvents, type AuditRow } from './audit.ts'

interface LinkRow extends TenantRow {
  sequence: number
  event_id: string
  link: string
}

const BATCH = 500
/** Of how many waiting events the organizations are looked for at once. */
const MOST_AHEAD = 5000
const BEFORE_THE_FIRST = ''

/**
 * Chains what was recorded since the last round, one batch of each organization: a link is made of the one before it and of
 * the event. Returns how many events were chained. Any number of processes may run it at once; where two take the same
 * organization one of them lets go. `onChained` is told of each event, after its link was kept.
 */
export async function chainEvents(
  database: Database,
  stop?: AbortSignal,
  onChained?: (event: AuditRow) => void,
): Promise<number> {
  const waiting = await withoutOrganization(database, (tx) =>
    tx.sql
      .from(unchainedEvents(tx).orderBy('id').limit(MOST_AHEAD).as('ahead'))
      .distinct<{ organization_id: string }[]>('organization_id'),
  )
  let chained = 0
  for (const { organization_id } of waiting) {
    if (stop?.aborted) break
    const events = await withOrganization(database, organization_id, chainBatch).catch((error: unknown) => {
      if (isDuplicate(error)) return []
      throw error
    })
    chained += events.length
    if (onChained) events.forEach(onChained)
  }
  return chained
}

async function chainBatch(tx: Transaction): Promise<AuditRow[]> {
  const ofThis = () => unchainedEvents(tx).where({ organization_id: tx.organizationId })
  const waiting = await ofThis().orderBy('id').limit(BATCH).forUpdate()
  const ids = waiting.map(({ id }) => id)
  if (ids.length === 0) return []
  const events = await tx.rows<AuditRow>('audit_events').whereIn('id', ids).orderBy('id')
  const last = await tx.rows<LinkRow>('audit_links').orderBy('sequence', 'desc').first()
  let { sequence, link } = last ?? { sequence: 0, link: BEFORE_THE_FIRST }
  const links: LinkRow[] = []
  for (const event of events) {
    sequence += 1
    link = linkOf(link, event)
    links.push({ organization_id: tx.organizationId, sequence, event_id: event.id, link })
  }
  await tx.sql.batchInsert('audit_links', links, BATCH)
  await ofThis().whereIn('id', ids).delete()
  return events
}

/** What the check of a chain found. */
export interface ChainCheck {
  /** How many events are chained, and the last link: whoever noted it elsewhere sees that nothing was cut off since. */
  chained: number
  head: string | null
  /** The first link that does not fit its event or the link before; null: all do. */
  brokenAt: number | null
  /** Events that no link stands for: those of the last second, or written past the worker. */
  unchained: number
  oldestUnchained: Date | null
}

/** Goes through an organization's whole log, a batch at a time, and compares every event with its link. */
export async function checkChain(database: Database, organizationId: string): Promise<ChainCheck> {
  const links = await followLinks(database, organizationId)
  const rest = await countUnchained(database, organizationId)
  return { ...links, ...rest }
}

async function followLinks(
  database: Database,
  organizationId: string,
): Promise<Pick<ChainCheck, 'chained' | 'head' | 'brokenAt'>> {
  let [chained, head] = [0, BEFORE_THE_FIRST]
  for (;;) {
    const from = chained
    const { links, events } = await withOrganization(database, organizationId, async (tx) => {
      const batch = await tx
        .rows<LinkRow>('audit_links')
        .where('sequence', '>', from)
        .orderBy('sequence')
        .limit(BATCH)
      const ids = batch.map(({ event_id }) => event_id)
      const rows = await tx.rows<AuditRow>('audit_events').whereIn('id', ids)
      return { links: batch, events: new Map(rows.map((row) => [row.id, row])) }
    })
    for (const { sequence, event_id, link } of links) {
      const event = events.get(event_id)
      if (sequence !== chained + 1 || !event || linkOf(head, event) !== link)
        return { chained, head, brokenAt: chained + 1 }
      chained = sequence
      head = link
    }
    if (links.length < BATCH) return { chained, head: head || null, brokenAt: null }
  }
}

async function countUnchained(
  database: Database,
  organizationId: string,
): Promise<Pick<ChainCheck, 'unchained' | 'oldestUnchained'>> {
  let unchained = 0
  let oldestUnchained: Date | null = null
  let behind: string | undefined = NO_ID
  while (behind !== undefined) {
    const from: string = behind
    const events: { id: string; at: Date; sequence: number | null }[] = await withOrganization(
      database,
      organizationId,
      (tx) =>
        tx
          .rows<AuditRow>('audit_events')
          .leftJoin('audit_links as links', (on) =>
            on
              .on('links.organization_id', 'audit_events.organization_id')
              .andOn('links.event_id', 'audit_events.id'),
          )
          .where('audit_events.id', '>', from)
          .orderBy('audit_events.id')
          .limit(BATCH)
          .select('audit_events.id', 'audit_events.at', 'links.sequence'),
    )
    const without = events.filter(({ sequence }) => sequence === null)
    unchained += without.length
    oldestUnchained ??= without[0]?.at ?? null
    behind = events.length < BATCH ? undefined : events.at(-1)?.id
  }
  return { unchained, oldestUnchained }
}

/** Everything that an event says goes into its link, in one order. */
function linkOf(before: string, event: AuditRow): string {
  const detail = Object.entries(event.detail).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const { organization_id, id, kind, outcome, actor, actor_id, subject_id, address, request_id } = event
  const at = event.at.toISOString()
  return digestOf(
    JSON.stringify([
      before,
      [organization_id, id, at, kind, outcome, actor, actor_id, subject_id, address, request_id, detail],
    ]),
  )
}
