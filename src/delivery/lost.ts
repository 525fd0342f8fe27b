import type { Transaction } from '../database/transaction.ts'
import type { MessageName, QueuedData } from './message.ts'
import type { MessageRow } from './outbox.ts'

/** A message that never reached its person: too old, refused for good, or reported as undelivered. */
export type Lost = {
  [Name in MessageName]: {
    messageId: string
    name: Name
    data: QueuedData[Name]
    locale: string
    reason: string
  }
}[MessageName]

/** Told once of each lost message, in the transaction that ends it. */
export type OnLost = (tx: Transaction, lost: Lost) => Promise<void>

/** What is told of a message that was lost. */
export function lostOf(row: MessageRow, reason: string): Lost {
  // The row's name and data were written together, by `enqueue`.
  return { messageId: row.id, name: row.template, data: row.data, locale: row.locale, reason } as Lost
}

/** Whom a lost message was for, where it names an account. */
export function accountOf({ data }: Lost): string | null {
  return 'accountId' in data ? data.accountId : null
}
