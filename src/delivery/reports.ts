import type { Transaction } from '../database/transaction.ts'
import { lostOf, type OnLost } from './lost.ts'
import { dueMessages, type MessageRow } from './outbox.ts'

/** What a provider says became of a message that it was handed. */
export interface Report {
  messageId: string
  /** The provider's own id of it. */
  providerId: string
  outcome: 'delivered' | 'failed'
  /** The class of fault, as of a `SendFault`. */
  label?: string
}

/**
 * Takes a provider's report on a message, which may come before the worker could say that it was sent. The first report
 * that ends it holds; repeated ones, and ones on an earlier try than the last, change nothing.
 */
export async function takeReport(
  tx: Transaction,
  onLost: OnLost,
  { messageId, providerId, outcome, label = 'undelivered' }: Report,
): Promise<void> {
  const message = () => tx.rows<MessageRow>('messages').where({ id: messageId })
  const row = await message().first()
  if (!row) return
  // The queue's entry first, as everywhere. Without it, what is still being tried is not tried again.
  if (row.state === 'queued') await dueMessages(tx).where({ id: messageId }).delete()
  const ended = await message()
    .whereIn('state', ['queued', 'sent'])
    .where((known) => void known.whereNull('provider_id').orWhere('provider_id', providerId))
    .update({
      state: outcome,
      fault: outcome === 'failed' ? label : null,
      provider_id: providerId,
      ended_at: row.ended_at ?? tx.now,
      delivered_at: outcome === 'delivered' ? tx.now : null,
    })
  if (ended > 0 && outcome === 'failed') await onLost(tx, lostOf(row, label))
}
