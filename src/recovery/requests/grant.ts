import type { Account } from '../../accounts/account.ts'
import { accountById, lockAccount } from '../../accounts/store.ts'
import type { Transaction } from '../../database/transaction.ts'
import type { LetterData } from '../../delivery/letter.ts'
import type { Prepared, QueuedMessage } from '../../delivery/message.ts'
import { enqueue } from '../../delivery/outbox.ts'
import { letterhead } from '../../organizations/branding.ts'
import { currentSettings, organizationOf } from '../../organizations/store.ts'
import { after, HOUR, later, MINUTE } from '../../platform/clock.ts'
import { linkInLetter } from '../letter-link.ts'
import type { RecoveryParts } from '../parts.ts'
import {
  approversOf,
  endRequest,
  lockRequest,
  requestById,
  warnedNow,
  type RecoveryRequest,
} from './store.ts'
import { addressOf, approvalsFor, approvalsThatStand } from './who-decides.ts'
import { linkToStop } from './stop-link.ts'

const LOOKS_AGAIN_AFTER = 5 * MINUTE

/** The letter at the beginning of the hold: what is going to happen, when, and the link that stops it. */
export async function prepareRequestApproved(
  parts: RecoveryParts,
  tx: Transaction,
  message: QueuedMessage<'request-approved'>,
): Promise<Prepared<'request-approved'>> {
  const request = await requestById(tx, message.data.requestId)
  if (request?.state !== 'approved' || !request.holdUntil || message.to === null) return { drop: 'not held' }
  const { approvalHoldHours } = (await currentSettings(tx)).settings.recovery
  const holdUntil = later(request.holdUntil, after(tx.now, approvalHoldHours * HOUR))
  await warnedNow(tx, request.id, holdUntil)
  const hours = Math.ceil((holdUntil.getTime() - tx.now.getTime()) / HOUR)
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
  const request = person && (await lockRequest(tx, seen.id))
  const isRetry = request?.state === 'granted'
  if (!request || (request.state !== 'approved' && !isRetry)) return { drop: 'stopped' }
  const heldUntil = isRetry ? null : waitsUntil(tx, request)
  if (heldUntil) {
    const { to, locale, data } = message
    await enqueue(tx, parts.random, { name: 'request-granted', to, locale, data }, { dueAt: heldUntil })
    return { drop: 'still held' }
  }
  const to = addressOf(person, tx.now)
  const isOutdated = !isRetry && person.securityEpoch !== request.securityEpoch
  const stands = isRetry || (await isStillApproved(tx, request.id, person))
  const granted =
    to && !isOutdated && stands
      ? await linkInLetter(parts, tx, {
          // What a request grants has its id: by it the request's letters stop it.
          attemptId: request.id,
          accountId: person.id,
          origin: 'approved',
        })
      : null
  if (!isRetry) await endRequest(tx, request.id, granted ? 'granted' : 'expired')
  if (!to || !granted)
    return { drop: isOutdated ? 'account changed' : stands ? 'nobody is reached' : 'approval withdrawn' }
  const letter = await letterTo(parts, tx, request)
  const { link, lifetime } = granted
  return { send: { to, locale: message.locale, data: { ...letter, link, hours: lifetime / HOUR } } }
}

/** A link's letter that was lost before it was ever made ends its request, or the person could never ask again. */
export async function onGrantLost(tx: Transaction, requestId: string): Promise<void> {
  const seen = await requestById(tx, requestId)
  if (seen) await lockAccount(tx, seen.accountId)
  const request = seen && (await lockRequest(tx, requestId))
  if (request?.state === 'approved') await endRequest(tx, requestId, 'expired')
}

/** While the mail is away nobody is warned: the hold counts from the warning's leaving, and the link waits for it. */
function waitsUntil({ now }: Transaction, { holdUntil, warnedAt }: RecoveryRequest): Date | null {
  if (holdUntil && now < holdUntil) return holdUntil
  return warnedAt ? null : after(now, LOOKS_AGAIN_AFTER)
}

/** Whoever approved may have been suspended since. The operator's word stands by itself. */
async function isStillApproved(tx: Transaction, requestId: string, person: Account): Promise<boolean> {
  if ((await approversOf(tx, requestId)).includes(null)) return true
  return (await approvalsThatStand(tx, requestId, person)) >= approvalsFor(person, tx.now)
}

async function letterTo(
  parts: RecoveryParts,
  tx: Transaction,
  request: RecoveryRequest,
): Promise<Omit<LetterData['request-approved'], 'hours'>> {
  const organization = await organizationOf(tx)
  const { settings } = await currentSettings(tx)
  const person = await accountById(tx, request.accountId)
  return {
    ...letterhead(organization, settings),
    person: { fullName: person?.fullName ?? null },
    cancelUrl: linkToStop(parts, organization, request.id),
    support: settings.branding.support,
  }
}
