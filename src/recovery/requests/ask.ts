import { readIdentifier } from '../../accounts/identifiers.ts'
import { accountById, accountNamed, lockAccount } from '../../accounts/store.ts'
import { withOrganization, type Transaction } from '../../database/transaction.ts'
import type { Prepared, QueuedData, QueuedMessage } from '../../delivery/message.ts'
import { enqueue } from '../../delivery/outbox.ts'
import { letterhead } from '../../organizations/branding.ts'
import { currentSettings, organizationOf } from '../../organizations/store.ts'
import { newId } from '../../platform/random.ts'
import type { Visitor } from '../../platform/visitor.ts'
import type { RecoveryParts } from '../parts.ts'
import { addressOfRequest, keepNote, noteOf, openRequest, requestUnderWay, tellManagers } from './request.ts'
import { requestById } from './store.ts'

/** What became of asking one's organization: it was heard, which says nothing of who is there. */
export type Asked =
  { outcome: 'asked' } | { outcome: 'unreadable' } | { outcome: 'too-many'; retryAfterSeconds: number }

type Ask = Extract<QueuedData['request-waiting'], { askId: string }>

/**
 * Takes a request to be let back in by the organization. Nobody is looked up here, as in every request: what was typed is
 * sealed, and the worker finds out whom it names.
 */
export async function askOrganization(
  parts: RecoveryParts,
  organizationId: string,
  typed: { identifier: string; note: string },
  { visitor, locale }: { visitor: Visitor; locale: string },
): Promise<Asked> {
  const allowance = await parts.limits.spend(
    'organization-requests-per-address',
    organizationId,
    visitor.network,
  )
  if (!allowance.allowed) return { outcome: 'too-many', retryAfterSeconds: allowance.retryAfterSeconds }
  const identifier = readIdentifier(typed.identifier)
  if (!identifier) return { outcome: 'unreadable' }
  await withOrganization(parts.database, organizationId, async (tx) => {
    const askId = newId(parts.random, tx.now)
    const content = JSON.stringify({ identifier: identifier.canonical, note: typed.note })
    const askSealed = parts.secrets.seal(content, askContext(askId))
    const data = { askId, askSealed, address: visitor.place, device: visitor.device }
    await enqueue(tx, parts.random, { name: 'request-waiting', to: null, locale, data })
  })
  return { outcome: 'asked' }
}

/**
 * Makes the letters to those who decide. The first of them comes without a reader: it is what was asked, and is turned
 * into a request with a letter for each administrator and owner here, or dropped when it names nobody.
 */
export async function prepareRequestWaiting(
  parts: RecoveryParts,
  tx: Transaction,
  message: QueuedMessage<'request-waiting'>,
): Promise<Prepared<'request-waiting'>> {
  if ('askId' in message.data) return { drop: await fileRequest(parts, tx, message.data) }
  const request = await requestById(tx, message.data.requestId)
  const person = request && (await lockAccount(tx, request.accountId))
  const reader = await accountById(tx, message.data.accountId)
  if (request?.state !== 'open' || !person || message.to === null) return { drop: 'decided' }
  const organization = await organizationOf(tx)
  const { settings } = await currentSettings(tx)
  return {
    send: {
      to: message.to,
      locale: message.locale,
      data: {
        ...letterhead(organization, settings),
        person: { fullName: reader?.fullName ?? null },
        asker: person.fullName,
        askerName: person.username ?? person.email ?? '',
        isReport: request.isReport,
        requestUrl: addressOfRequest(parts, organization, request.id),
      },
    },
  }
}

async function fileRequest(parts: RecoveryParts, tx: Transaction, ask: Ask): Promise<string> {
  const content = parts.secrets.open(ask.askSealed, askContext(ask.askId))
  const { identifier: typed, note } = JSON.parse(content) as { identifier: string; note: string }
  const identifier = readIdentifier(typed)
  const named = identifier && (await accountNamed(tx, identifier))
  const person = named && (await lockAccount(tx, named.id))
  if (person?.state !== 'active') return 'nobody'
  const waiting = await requestUnderWay(tx, person)
  if (waiting) {
    // A report carries no words of the person; those that they write now belong to it.
    if (waiting.isReport && noteOf(parts, waiting) === '') await keepNote(parts, tx, waiting.id, note)
    return 'asked already'
  }
  const asked = { note, address: ask.address, device: ask.device, isReport: false }
  const { id } = await openRequest(parts, tx, person, asked)
  await tellManagers(parts, tx, 'request-waiting', id, person)
  return 'filed'
}

function askContext(askId: string): string {
  return `messages.${askId}.ask`
}
