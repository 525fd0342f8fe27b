import { verifiedEmail } from '../accounts/account.ts'
import { accountById, lockAccount } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { LetterData, Prepared, QueuedMessage } from '../delivery/message.ts'
import { letterhead } from '../organizations/branding.ts'
import { currentSettings, organizationOf } from '../organizations/store.ts'
import { HOUR } from '../platform/clock.ts'
import { linkInLetter } from './letter-link.ts'
import type { RecoveryParts } from './parts.ts'
import { endRequest, lockRequest, requestById, type RecoveryRequest } from './request-store.ts'
import { stopTokenOf } from './stop-request.ts'

/** The letter at the beginning of the hold: what is going to happen, when, and the link that stops it. */
export async function prepareRequestApproved(
  parts: RecoveryParts,
  tx: Transaction,
  message: QueuedMessage<'request-approved'>,
): Promise<Prepared<'request-approved'>> {
  const request = await requestById(tx, message.data.requestId)
  if (request?.state !== 'approved' || !request.holdUntil || message.to === null) return { drop: 'not held' }
  // The worker was away for so long that the other letter, with the same way to stop it, leaves with this one.
  if (tx.now >= request.holdUntil) return { drop: 'not held' }
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
  const request = await lockRequest(tx, seen.id)
  const isRetry = request?.state === 'granted'
  if (!request || (request.state !== 'approved' && !isRetry)) return { drop: 'stopped' }
  if (!isRetry && person.securityEpoch !== request.securityEpoch) {
    await endRequest(tx, request.id, 'expired')
    return { drop: 'account changed' }
  }
  const granted = await linkInLetter(parts, tx, {
    // What a request grants has its id: by it the request's letters stop it.
    attemptId: request.id,
    accountId: person.id,
    origin: 'approved',
  })
  if (!granted) return { drop: 'answered' }
  if (!isRetry) await endRequest(tx, request.id, 'granted')
  const letter = await letterTo(parts, tx, request)
  const { link, lifetime } = granted
  return { send: { to, locale: message.locale, data: { ...letter, link, hours: lifetime / HOUR } } }
}

async function letterTo(
  parts: RecoveryParts,
  tx: Transaction,
  request: RecoveryRequest,
): Promise<Omit<LetterData['request-approved'], 'hours'>> {
  const organization = await organizationOf(tx)
  const { settings } = await currentSettings(tx)
  const person = await accountById(tx, request.accountId)
  const token = stopTokenOf(parts, tx, request.id)
  return {
    ...letterhead(organization, settings),
    person: { fullName: person?.fullName ?? null },
    cancelUrl: `${parts.publicUrl}/${organization.slug}/recover/stop-request?request=${request.id}&token=${token}`,
    support: settings.branding.support,
  }
}
