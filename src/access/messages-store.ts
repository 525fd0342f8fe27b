import type { Account } from '../accounts/account.ts'
import { canonicalEmail } from '../accounts/identifiers.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import type { Channel, MessageName } from '../delivery/message.ts'
import { dueMessages, type MessageRow } from '../delivery/outbox.ts'

/** What is told of a message that went to a person, or should have. */
export interface SentToPerson {
  name: MessageName
  channel: Channel
  state: MessageRow['state']
  createdAt: Date
  endedAt: Date | null
}

/** The ids in a message's data that tell whom it is about. Each has an index, or erasing would read every message. */
export const IDS_IN_MESSAGES = ['accountId', 'attemptId', 'requestId', 'signUpId', 'pendingId'] as const

/** Whom messages are about: the addresses, and the ids. */
interface About {
  addresses: string[]
  ids: Record<(typeof IDS_IN_MESSAGES)[number], string[]>
}

/** Whether they went out tells whether a new address or number is somebody else's already (EN-09). */
const NOT_TOLD: readonly MessageName[] = ['confirm-email', 'confirm-phone', 'account-exists']

/** The messages to a person, as far as they are kept and may be told of, oldest first: never what they say. */
export async function messagesTo(tx: Transaction, account: Account): Promise<SentToPerson[]> {
  const about = await whatNames(tx, account, account.email === null ? [] : [account.email])
  const rows = await messagesAbout(tx, about)
    .where((to) => void to.whereNull('recipient').orWhereIn('recipient', about.addresses))
    .whereNotIn('template', NOT_TOLD)
    .orderBy(['created_at', 'id'])
  return rows.map(({ template, channel, state, created_at, ended_at }) => ({
    name: template,
    channel,
    state,
    createdAt: created_at,
    endedAt: ended_at,
  }))
}

/**
 * Deletes every message to a person, at whichever of these addresses, or about them, those that wait too, and what the
 * demo's outbox kept of them: also the letters in which others are told of their requests.
 */
export async function deleteMessagesAbout(
  tx: Transaction,
  account: Account,
  emails: string[],
): Promise<void> {
  const rows = await messagesAbout(tx, await whatNames(tx, account, emails))
  const ids = rows.map(({ id }) => id)
  // The queue's entries first, as everywhere.
  await dueMessages(tx).where('organization_id', tx.organizationId).whereIn('id', ids).delete()
  await tx.rows<MessageRow>('messages').whereIn('id', ids).delete()
}

/** An address may have been another's, whose letters name them: by the address alone are found those that name nobody. */
function messagesAbout(tx: Transaction, { addresses, ids }: About) {
  return tx.rows<MessageRow>('messages').where((any) => {
    void any.where((addressed) => {
      void addressed.whereIn('recipient', addresses)
      void addressed.whereRaw(`data ->> 'accountId' is null`)
      void addressed.whereRaw(`data ->> 'requestId' is null`)
    })
    for (const name of IDS_IN_MESSAGES) void any.orWhereRaw(`data ->> '${name}' = any (?)`, [ids[name]])
  })
}

/** Most messages name no address until they leave, and are found by what they are about. */
async function whatNames(tx: Transaction, { id, phone }: Account, emails: string[]): Promise<About> {
  return {
    addresses: phone === null ? emails : [...emails, phone],
    ids: {
      accountId: [id],
      attemptId: await idsOf(tx, 'recovery_attempts', 'account_id', [id]),
      requestId: await idsOf(tx, 'recovery_requests', 'account_id', [id]),
      signUpId: await idsOf(tx, 'sign_ups', 'email_canonical', emails.map(canonicalEmail)),
      pendingId: await idsOf(tx, 'pending_contacts', 'account_id', [id]),
    },
  }
}

async function idsOf(tx: Transaction, table: string, column: string, whose: string[]): Promise<string[]> {
  const rows = await tx.rows<TenantRow & { id: string }>(table).whereIn(column, whose).select('id')
  return rows.map(({ id }) => id)
}
