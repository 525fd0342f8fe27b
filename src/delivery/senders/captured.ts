import type { Database } from '../../database/connect.ts'
import { withOrganization } from '../../database/transaction.ts'
import { newId, type Random } from '../../platform/random.ts'
import type { CapturedRow } from '../outbox.ts'
import { soleMailbox, soleNumber, type EmailSender, type SmsSender } from './sender.ts'

interface Parts {
  database: Database
  random: Random
}

/** The demo's sender: keeps each mail beside its message, where the demo's outbox shows it. */
export function createCapturingSender(parts: Parts): EmailSender {
  return {
    async send({ organizationId, messageId, to, subject, text, html }) {
      const { address: recipient } = soleMailbox(to)
      await keep(parts, organizationId, { message_id: messageId, recipient, subject, text, html })
    },
    close: () => Promise.resolve(),
  }
}

/** The same for texts. */
export function createCapturingSmsSender(parts: Parts): SmsSender {
  return {
    async send({ organizationId, messageId, to, text }) {
      const recipient = soleNumber(to)
      await keep(parts, organizationId, { message_id: messageId, recipient, subject: null, text, html: null })
      return null
    },
    close: () => Promise.resolve(),
  }
}

async function keep(
  { database, random }: Parts,
  organizationId: string,
  captured: Omit<CapturedRow, 'organization_id' | 'id' | 'sent_at'>,
): Promise<void> {
  await withOrganization(database, organizationId, (tx) =>
    tx.insert<CapturedRow>('captured_messages', { ...captured, id: newId(random, tx.now), sent_at: tx.now }),
  )
}
