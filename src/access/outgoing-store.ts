import { accountsById } from '../accounts/store.ts'
import { LAST_ID } from '../platform/random.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import type { Channel, MessageName } from '../delivery/message.ts'
import type { MessageRow } from '../delivery/outbox.ts'

/** A message as who runs the organization is told of it: never what it says. */
export interface ListedMessage {
  id: string
  name: MessageName
  channel: Channel
  state: MessageRow['state']
  tries: number
  fault: string | null
  /** The address or number; where only the worker could tell it, the name of whom it was for; null: nobody. */
  to: string | null
  queuedAt: Date
  /** When it left, or was given up. */
  endedAt: Date | null
  deliveredAt: Date | null
}

/** The table in which the id in a message's data leads to the account that it is for. */
const LEADS = {
  attemptId: 'recovery_attempts',
  requestId: 'recovery_requests',
  pendingId: 'pending_contacts',
} as const

/** Messages of one state or all, the newest first, from before an id on, at most so many. */
export async function listMessages(
  tx: Transaction,
  state: MessageRow['state'] | null,
  before: string | null,
  most: number,
): Promise<ListedMessage[]> {
  const query = tx
    .rows<MessageRow>('messages')
    .where('id', '<', before ?? LAST_ID)
    // What somebody asked is no letter: it turns into a request, and letters to those who decide.
    .where((letter) => void letter.whereNotNull('recipient').orWhereNot('template', 'request-waiting'))
    .orderBy('id', 'desc')
    .limit(most)
  if (state) void query.where({ state })
  const rows: MessageRow[] = await query
  const names = await namesIn(tx, rows)
  return rows.map((row) => ({
    id: row.id,
    name: row.template,
    channel: row.channel,
    state: row.state,
    tries: row.tries,
    fault: row.fault,
    to: row.recipient ?? names.get(row.id) ?? null,
    queuedAt: row.created_at,
    endedAt: row.ended_at,
    deliveredAt: row.delivered_at,
  }))
}

/** The names of the people whom messages without an address are for, by the messages' ids. */
async function namesIn(tx: Transaction, rows: MessageRow[]): Promise<Map<string, string>> {
  const unaddressed = rows.filter(({ recipient }) => recipient === null)
  const names = new Map<string, string>()
  for (const [name, table] of Object.entries(LEADS)) {
    const ids = new Map(unaddressed.flatMap((row) => idIn(row, name)))
    if (ids.size === 0) continue
    const found = await tx
      .rows<TenantRow & { id: string; account_id: string | null }>(table)
      .whereIn('id', [...ids.values()])
      .select('id', 'account_id')
    const accounts = await accountsById(
      tx,
      found.map(({ account_id }) => account_id),
    )
    const accountOf = new Map(found.map(({ id, account_id }) => [id, accounts.get(account_id ?? '')]))
    for (const [messageId, id] of ids) {
      const fullName = accountOf.get(id)?.fullName
      if (fullName) names.set(messageId, fullName)
    }
  }
  return names
}

function idIn({ id, data }: MessageRow, name: string): [string, string][] {
  const value = (data as Record<string, unknown>)[name]
  return typeof value === 'string' ? [[id, value]] : []
}
