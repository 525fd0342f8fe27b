import { verifiedEmail } from '../accounts/account.ts'
import { accountById, lockAccount } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { LetterData, Prepared, QueuedMessage } from '../delivery/message.ts'
import { letterhead } from '../organizations/branding.ts'
import { currentSettings, organizationOf } from '../organizations/store.ts'
import { HOUR } from '../platform/clock.ts'
import type { Visitor } from '../platform/visitor.ts'
import { linkInLetter } from './letter-link.ts'
import type { RecoveryParts } from './parts.ts'
import { endRequest, lockLiveRequest, requestById, type RecoveryRequest } from './request-store.ts'

const CANCELLING = 'cancel a request'

/** The letter at the beginning of the hold: what is going to happen, when, and the link that stops it. */
export async function prepareRequestApproved(
  parts: RecoveryParts,
  tx: Transaction,
  message: QueuedMessage<'request-approved'>,
): Promise<Prepared<'request-approved'>> {
  const request = await requestById(tx, message.data.requestId)
  if (request?.state !== 'approved' || !request.holdUntil || message.to === null) return { drop: 'not held' }
  const hours = Math.ceil((request.holdUntil.getTime() - tx.now.getTime()) / HOUR)
  const data = { ...(await letterTo(parts, tx, request)), hours }
  return { send: { to: message.to, locale: message.locale, data } }
}

/**
 * The letter at the end of the hold: a fresh link, which lets the person set up their second lock anew. Called again for a
 * retry, it mints another of the same recovery. Nothing goes out of a request that was stopped, or for an account that
 * has changed since.
 */
export async function prepareRequestGranted(
  parts: RecoveryParts,
  tx: Transaction,
  message: QueuedMessage<'request-granted'>,
): Promise<Prepared<'request-granted'>> {
  const seen = await requestById(tx, message.data.requestId)
  const person = seen && (await lockAccount(tx, seen.accountId))
  const to = person && verifiedEmail(person)
  if (!seen || !to || person.state !== 'active') return { drop: 'unreachable' }
  const live = await lockLiveRequest(tx, seen.id)
  const isRetry = seen.state === 'granted'
  if (live?.state !== 'approved' && !isRetry) return { drop: 'stopped' }
  if (live && person.securityEpoch !== seen.securityEpoch) {
    await endRequest(tx, seen.id, 'expired')
    return { drop: 'account changed' }
  }
  const granted = await linkInLetter(parts, tx, {
    messageId: message.id,
    accountId: person.id,
    origin: 'approved',
  })
  if (!granted) return { drop: 'answered' }
  if (live) await endRequest(tx, seen.id, 'granted')
  const letter = await letterTo(parts, tx, seen)
  const { link, lifetime } = granted
  return { send: { to, locale: message.locale, data: { ...letter, link, hours: lifetime / HOUR } } }
}

/** Whether an address that stops a request is one of ours, and the request is still to be stopped. Changes nothing. */
export async function mayCancelRequest(
  parts: RecoveryParts,
  organizationId: string,
  { requestId, token }: { requestId: string; token: string },
): Promise<boolean> {
  if (!isTokenOf(parts, organizationId, requestId, token)) return false
  const request = await withOrganization(parts.database, organizationId, (tx) => requestById(tx, requestId))
  return request?.endedAt === null
}

/** Stops a request, for who holds the letter about it. Says whether there was one to stop. */
export async function cancelRequest(
  parts: RecoveryParts,
  organizationId: string,
  { requestId, token }: { requestId: string; token: string },
  visitor: Visitor,
): Promise<boolean> {
  if (!isTokenOf(parts, organizationId, requestId, token)) return false
  return withOrganization(parts.database, organizationId, async (tx) => {
    const request = await lockLiveRequest(tx, requestId)
    if (request) await endAsCancelled(parts, tx, request, visitor)
    return request !== null
  })
}

/** Ends a request that this transaction holds, for who says that it is not to be. */
export async function endAsCancelled(
  parts: RecoveryParts,
  tx: Transaction,
  request: RecoveryRequest,
  visitor: Visitor,
): Promise<void> {
  await endRequest(tx, request.id, 'cancelled')
  await record(tx, parts.random, {
    kind: 'request.cancelled',
    outcome: 'success',
    origin: visitorOrigin(visitor),
    subjectId: request.accountId,
    detail: { request: request.id },
  })
}

/** Of a letter: only the server can make it, and it needs no secret to rest in the queue or the database. */
function isTokenOf(parts: RecoveryParts, organizationId: string, requestId: string, token: string): boolean {
  return parts.secrets.isKeyedHash(token, CANCELLING, organizationId, requestId)
}

async function letterTo(
  parts: RecoveryParts,
  tx: Transaction,
  request: RecoveryRequest,
): Promise<Omit<LetterData['request-approved'], 'hours'>> {
  const organization = await organizationOf(tx)
  const { settings } = await currentSettings(tx)
  const person = await accountById(tx, request.accountId)
  const token = parts.secrets.keyedHash(CANCELLING, tx.organizationId, request.id)
  return {
    ...letterhead(organization, settings),
    person: { fullName: person?.fullName ?? null },
    cancelUrl: `${parts.publicUrl}/${organization.slug}/recover/stop-request?request=${request.id}&token=${token}`,
    support: settings.branding.support,
  }
}
