import type { Database } from '../../database/connect.ts'
import { withOrganization } from '../../database/transaction.ts'
import { newId, type Random } from '../../platform/random.ts'
import type { CapturedRow } from '../outbox.ts'
import { soleMailbox, type EmailSender } from './sender.ts'

/** The demo's sender: keeps each mail beside its message, where the demo's outbox shows it. */
export function createCapturingSender(parts: { database: Database; random: Random }): EmailSender {
  return {
    async send(email) {
      const { address } = soleMailbox(email.to)
      await withOrganization(parts.database, email.organizationId, (tx) =>
        tx.insert<CapturedRow>('captured_messages', {
          id: newId(parts.random, tx.now),
          message_id: email.messageId,
          recipient: address,
          subject: email.subject,
          text: email.text,
          html: email.html,
          sent_at: tx.now,
        }),
      )
    },
    close: () => Promise.resolve(),
  }
}
