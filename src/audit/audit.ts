import { newId, type Random } from '../platform/random.ts'
import type { Visitor } from '../platform/visitor.ts'
import type { SystemTransaction, TenantRow, Transaction } from '../database/transaction.ts'

/** Every kind of event that is recorded; the list is closed, so that a reader of the log can know all of them. */
export type EventKind =
  | 'organization.created'
  | 'settings.changed'
  | 'activity.exported'
  | 'people.asked-to-add-ways'
  | 'people.deeds-withheld'
  | 'people.import-started'
  | 'people.import-ended'
  | 'person.created'
  | 'person.suspended'
  | 'person.reactivated'
  | 'role.changed'
  | 'initial-password.made'
  | 'recovery.requested'
  | 'recovery.method-chosen'
  | 'recovery.link-minted'
  | 'recovery.code-minted'
  | 'recovery.code-entered'
  | 'recovery.authenticator-proven'
  | 'recovery.authenticator-confirmed'
  | 'recovery.message-withheld'
  | 'recovery.link-followed'
  | 'recovery.refused'
  | 'recovery.cancelled'
  | 'recovery.disowned'
  | 'recovery.completed'
  | 'recovery.invited'
  | 'recovery.started'
  | 'sign-in.succeeded'
  | 'sign-in.half-way'
  | 'sign-in.failed'
  | 'sign-in.paused'
  | 'sign-out'
  | 'password.changed'
  | 'language.changed'
  | 'step-up.passed'
  | 'step-up.refused'
  | 'session.ended'
  | 'authenticator.added'
  | 'authenticator.replaced'
  | 'authenticator.removed'
  | 'authenticator.codes'
  | 'profile.renamed'
  | 'contact.requested'
  | 'contact.cancelled'
  | 'contact.secret-minted'
  | 'contact.message-withheld'
  | 'contact.refused'
  | 'email.added'
  | 'email.changed'
  | 'email.removed'
  | 'phone.added'
  | 'phone.changed'
  | 'phone.removed'
  | 'change.undone'
  | 'message.lost'
  | 'message.tested'
  | 'sms.budget-nearly-spent'
  | 'sms.country-paused'
  | 'request.filed'
  | 'request.approved'
  | 'request.refused'
  | 'request.cancelled'
  | 'sign-up.requested'
  | 'sign-up.link-minted'
  | 'sign-up.message-withheld'
  | 'sign-up.verified'
  | 'sign-up.disowned'
  | 'sign-up.refused'
  | 'deletion.asked'
  | 'deletion.stopped'
  | 'account.deleted'

/** Who did it, from where, in which request (ASVS 16.2.1). */
export interface Origin {
  actor: 'person' | 'operator' | 'system'
  actorId?: string | null
  address?: string | null
  requestId?: string | null
}

/** The origin of what a visitor does; the id only where it was proven that they are this person. */
export function visitorOrigin(visitor: Visitor, actorId: string | null = null): Origin {
  return { actor: 'person', actorId, address: visitor.place, requestId: visitor.requestId }
}

/**
 * One thing that happened. Detail holds plain facts, never a secret and, but for the reason of a decision, never what a
 * person typed.
 */
export interface AuditEvent {
  kind: EventKind
  outcome: 'success' | 'refused'
  origin: Origin
  subjectId?: string | null
  detail?: Record<string, string | number | boolean>
}

interface UnchainedRow {
  id: string
  organization_id: string
}

/** An event as stored. */
export interface AuditRow extends TenantRow {
  id: string
  at: Date
  kind: EventKind
  outcome: 'success' | 'refused'
  actor: Origin['actor']
  actor_id: string | null
  subject_id: string | null
  address: string | null
  request_id: string | null
  detail: Record<string, string | number | boolean>
}

/** Events that wait for a worker to chain them; they belong to no organization, like the queue of messages. */
export function unchainedEvents({ sql }: SystemTransaction) {
  return sql<UnchainedRow, UnchainedRow[]>('unchained_events')
}

/** Writes an event in the transaction of the change it tells of: neither is ever there without the other (promise P7). */
export async function record(tx: Transaction, random: Random, event: AuditEvent): Promise<void> {
  await recordAll(tx, random, [event])
}

/** Like `record`, for what happens to many people at once. */
export async function recordAll(
  tx: Transaction,
  random: Random,
  events: readonly AuditEvent[],
): Promise<void> {
  if (events.length === 0) return
  const organization_id = tx.organizationId
  const rows: AuditRow[] = events.map((event) => ({
    organization_id,
    id: newId(random, tx.now),
    at: tx.now,
    kind: event.kind,
    outcome: event.outcome,
    actor: event.origin.actor,
    actor_id: event.origin.actorId ?? null,
    subject_id: event.subjectId ?? null,
    address: event.origin.address ?? null,
    request_id: event.origin.requestId ?? null,
    detail: event.detail ?? {},
  }))
  await tx.sql<AuditRow>('audit_events').insert(rows)
  await unchainedEvents(tx).insert(rows.map(({ id }) => ({ id, organization_id })))
}
