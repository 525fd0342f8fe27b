import { after, DAY } from '../platform/clock.ts'
import { newId, type Random } from '../platform/random.ts'
import type { Database } from '../database/connect.ts'
import { deleteBatch } from '../database/purge.ts'
import {
  withOrganization,
  type SystemTransaction,
  type TenantRow,
  type Transaction,
} from '../database/transaction.ts'
import { CHANNELS, WORTH_SENDING_MS, type Channel, type MessageName, type QueuedData } from './message.ts'

/** The notification channel that wakes the workers. */
export const DUE_CHANNEL = 'latchkey_due'

/** A message of the outbox as stored. */
export interface MessageRow<Name extends MessageName = MessageName> extends TenantRow {
  id: string
  template: Name
  channel: Channel
  recipient: string | null
  locale: string
  data: QueuedData[Name]
  state: 'queued' | 'sent' | 'delivered' | 'dropped' | 'failed'
  tries: number
  fault: string | null
  /** Under which a provider reports what became of it. */
  provider_id: string | null
  created_at: Date
  give_up_at: Date
  /** When it left, or was given up. */
  ended_at: Date | null
  /** When its provider said that it arrived. */
  delivered_at: Date | null
}

/** The entry in the queue of a message that waits: from `due_at` on, any worker may take it. */
export interface DueRow {
  id: string
  organization_id: string
  due_at: Date
}

/** What the demo's sender kept of a message instead of sending it. */
export interface CapturedRow extends TenantRow {
  id: string
  message_id: string
  recipient: string
  /** A text has neither subject nor HTML. */
  subject: string | null
  text: string
  html: string | null
  sent_at: Date
}

/** A message to queue; the name decides which data it takes. */
export type NewMessage = {
  [Name in MessageName]: { name: Name; to: string | null; locale: string; data: QueuedData[Name] }
}[MessageName]

/** Queue entries, which belong to no organization. */
export function dueMessages(tx: SystemTransaction) {
  return tx.sql<DueRow, DueRow[]>('due_messages')
}

/**
 * Queues a message in the caller's transaction, so that it goes out exactly if the change it tells of is committed, and
 * wakes a worker at that moment; with `dueAt`, it goes out then. Returns the message's id.
 */
export async function enqueue(
  tx: Transaction,
  random: Random,
  message: NewMessage,
  { dueAt = tx.now }: { dueAt?: Date } = {},
): Promise<string> {
  const id = newId(random, tx.now)
  await tx.insert<MessageRow>('messages', {
    id,
    template: message.name,
    channel: CHANNELS[message.name],
    recipient: message.to,
    locale: message.locale,
    data: message.data,
    state: 'queued',
    tries: 0,
    fault: null,
    provider_id: null,
    created_at: tx.now,
    give_up_at: after(dueAt, WORTH_SENDING_MS[message.name]),
    ended_at: null,
    delivered_at: null,
  })
  await dueMessages(tx).insert({ id, organization_id: tx.organizationId, due_at: dueAt })
  await tx.sql.raw('select pg_notify(?, ?)', [DUE_CHANNEL, ''])
  return id
}

/** Since when the message that waits for longest has been due; null when none waits. */
export async function oldestDue(tx: SystemTransaction): Promise<Date | null> {
  const row = await dueMessages(tx).orderBy('due_at').first()
  return row?.due_at ?? null
}

/** How many messages are in the queue, and how long the one has been due that is due longest. */
export async function waitingMessages(
  tx: SystemTransaction,
): Promise<{ count: number; oldestWaitsMs: number }> {
  const oldest = await oldestDue(tx)
  const counted: unknown = await dueMessages(tx).count('* as count').first()
  const oldestWaitsMs = oldest ? Math.max(0, tx.now.getTime() - oldest.getTime()) : 0
  return { count: (counted as { count: number }).count, oldestWaitsMs }
}

/** Messages are kept this long after they ended, for the person who asks where a mail went. */
const KEPT_FOR_MS = 30 * DAY

/** Deletes an organization's messages that ended long ago, one batch of them. */
export async function purgeMessages(tx: Transaction): Promise<number> {
  const rows = () => tx.rows<MessageRow>('messages')
  const old = await deleteBatch(rows, (over) => over.where('ended_at', '<', after(tx.now, -KEPT_FOR_MS)))
  // Its address is the last that is known of somebody whose account is gone.
  const last = await deleteBatch(rows, (over) =>
    over.whereNotNull('ended_at').where('template', 'account-deleted'),
  )
  return old + last
}

/** A message that went out. Where it went to a real mail server or provider, only that it went is known. */
export interface SentMessage {
  id: string
  organizationId: string
  channel: Channel
  template: MessageName
  to: string | null
  subject: string | null
  text: string | null
  html: string | null
  createdAt: Date
  sentAt: Date
}

/** The messages that went out in some organizations, newest first, at most `most` of each. For the demo's outbox. */
export async function sentMessages(
  database: Database,
  organizationIds: readonly string[],
  most: number,
): Promise<SentMessage[]> {
  const found: SentMessage[] = []
  for (const organizationId of organizationIds) {
    const rows = await withOrganization(database, organizationId, (tx) => sentRows(tx, most))
    found.push(...rows.map(shown))
  }
  return found.toSorted((one, other) => other.sentAt.getTime() - one.sentAt.getTime())
}

type SentRow = Pick<MessageRow, 'id' | 'organization_id' | 'channel' | 'template' | 'created_at'> & {
  captured_id: string | null
  sent_at: Date | null
  ended_at: Date
} & Record<'recipient' | 'subject' | 'text' | 'html', string | null>

/** A message captured twice (a worker died before it could say so) is listed twice, as it would lie twice in a mailbox. */
async function sentRows(tx: Transaction, most: number): Promise<SentRow[]> {
  const rows: unknown = await tx
    .rows<MessageRow>('messages')
    .leftJoin('captured_messages as captured', (join) =>
      join
        .on('captured.organization_id', 'messages.organization_id')
        .andOn('captured.message_id', 'messages.id'),
    )
    .whereIn('messages.state', ['sent', 'delivered'])
    .orderBy([
      { column: 'messages.created_at', order: 'desc' },
      { column: 'messages.id', order: 'desc' },
    ])
    .limit(most)
    .select([
      'messages.id',
      'messages.organization_id',
      'messages.channel',
      'messages.template',
      'messages.created_at',
      'messages.ended_at',
      'captured.id as captured_id',
      'captured.sent_at',
      'captured.recipient',
      'captured.subject',
      'captured.text',
      'captured.html',
    ])
  return rows as SentRow[]
}

function shown(row: SentRow): SentMessage {
  return {
    id: row.captured_id ?? row.id,
    organizationId: row.organization_id,
    channel: row.channel,
    template: row.template,
    to: row.recipient,
    subject: row.subject,
    text: row.text,
    html: row.html,
    createdAt: row.created_at,
    sentAt: row.sent_at ?? row.ended_at,
  }
}
