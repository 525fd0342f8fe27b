import { verifiedEmail, type Account } from '../accounts/account.ts'
import { readIdentifier } from '../accounts/identifiers.ts'
import { accountNamed, lockAccount, managers } from '../accounts/store.ts'
import { record } from '../audit/audit.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { Prepared, QueuedData, QueuedMessage } from '../delivery/message.ts'
import { enqueue } from '../delivery/outbox.ts'
import { letterhead } from '../organizations/branding.ts'
import { currentSettings, organizationOf } from '../organizations/store.ts'
import { after } from '../platform/clock.ts'
import { newId } from '../platform/random.ts'
import type { Visitor } from '../platform/visitor.ts'
import type { RecoveryParts } from './parts.ts'
import {
  addRequest,
  endRequest,
  lockRequestOf,
  requestById,
  REQUEST_LIVES,
  type RecoveryRequest,
} from './request-store.ts'
import { sealedNotes } from './sealed-store.ts'

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
  const allowance = await parts.limits.spend('organization-requests-per-address', visitor.network)
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
  if (request?.state !== 'open' || !person || message.to === null) return { drop: 'decided' }
  const organization = await organizationOf(tx)
  const { settings } = await currentSettings(tx)
  return {
    send: {
      to: message.to,
      locale: message.locale,
      data: {
        ...letterhead(organization, settings),
        person: { fullName: message.data.readerName },
        asker: person.fullName,
        askerName: person.username ?? person.email ?? '',
        isReport: request.isReport,
        requestId: request.id,
        slug: organization.slug,
      },
    },
  }
}

/** The note of a request, as the person wrote it. */
export function noteOf(parts: RecoveryParts, { id, noteSealed }: { id: string; noteSealed: string }): string {
  return parts.secrets.open(noteSealed, sealedNotes.context(id))
}

/** The request of a locked account that is open or held; one that can come to nothing any more is ended here. */
export async function requestUnderWay(tx: Transaction, person: Account): Promise<RecoveryRequest | null> {
  const waiting = await lockRequestOf(tx, person.id)
  if (!waiting) return null
  const isLate = waiting.state === 'open' && tx.now >= after(waiting.askedAt, REQUEST_LIVES)
  if (!isLate && waiting.securityEpoch === person.securityEpoch) return waiting
  await endRequest(tx, waiting.id, 'expired')
  return null
}

/** Opens a request for a person whose account this transaction holds, who has none open, and tells those who decide. */
export async function openRequest(
  parts: RecoveryParts,
  tx: Transaction,
  person: Account,
  asked: { note: string; address: string; device: string; isReport: boolean },
): Promise<void> {
  const id = newId(parts.random, tx.now)
  const { note, address, device, isReport } = asked
  const noteSealed = parts.secrets.seal(note, sealedNotes.context(id))
  const whose = { accountId: person.id, securityEpoch: person.securityEpoch }
  await addRequest(tx, { id, ...whose, noteSealed, address, device, isReport })
  await record(tx, parts.random, {
    kind: 'request.filed',
    outcome: 'success',
    origin: { actor: 'system' },
    subjectId: person.id,
    detail: { request: id, isReport },
  })
  await tellManagers(parts, tx, 'request-waiting', id, person)
}

/** Writes to everyone who runs the organization, but the person, about that person's request. */
export async function tellManagers(
  parts: RecoveryParts,
  tx: Transaction,
  name: 'request-waiting' | 'owner-reset',
  requestId: string,
  person: Account,
): Promise<void> {
  const { settings } = await currentSettings(tx)
  for (const reader of await managers(tx)) {
    const to = verifiedEmail(reader)
    if (!to || reader.id === person.id) continue
    await enqueue(tx, parts.random, {
      name,
      to,
      locale: reader.locale ?? settings.branding.locale,
      data: { requestId, readerName: reader.fullName },
    })
  }
}

async function fileRequest(parts: RecoveryParts, tx: Transaction, ask: Ask): Promise<string> {
  const { identifier: typed, note } = JSON.parse(
    parts.secrets.open(ask.askSealed, askContext(ask.askId)),
  ) as {
    identifier: string
    note: string
  }
  const identifier = readIdentifier(typed)
  const named = identifier && (await accountNamed(tx, identifier))
  const person = named && (await lockAccount(tx, named.id))
  if (person?.state !== 'active') return 'nobody'
  if (await requestUnderWay(tx, person)) return 'asked already'
  await openRequest(parts, tx, person, { note, address: ask.address, device: ask.device, isReport: false })
  return 'filed'
}
function askContext(askId: string): string {
  return `messages.${askId}.ask`
}
