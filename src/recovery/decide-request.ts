import { verifiedEmail, type Account } from '../accounts/account.ts'
import { accountNamed, lockAccount } from '../accounts/store.ts'
import { record, type EventKind } from '../audit/audit.ts'
import type { Transaction } from '../database/transaction.ts'
import { enqueue } from '../delivery/outbox.ts'
import { currentSettings } from '../organizations/store.ts'
import { after, HOUR } from '../platform/clock.ts'
import { isId } from '../platform/random.ts'
import type { RecoveryParts } from './parts.ts'
import {
  addApproval,
  approversOf,
  endRequest,
  holdRequest,
  lockLiveRequest,
  REQUEST_LIVES,
  type RecoveryRequest,
} from './request-store.ts'
import { approvalsFor, mayDecide } from './who-decides.ts'

/** Somebody's decision on a request, by their username, with the reason that the audit log keeps. */
export interface Decision {
  requestId: string
  deciderName: string
  reason: string
}

/** Why somebody may not decide, or the request cannot be decided. */
export type Undecidable =
  'no-such-request' | 'no-such-decider' | 'no-right' | 'own-request' | 'twice' | 'no-address' | 'no-reason'

/** What became of an approval. `holdUntil`: from then on the person has a link. */
export type Approved =
  | { outcome: 'approved'; holdUntil: Date }
  | { outcome: 'one-more-needed' }
  | { outcome: 'refused'; why: Undecidable }

/**
 * Approves a request. Nobody approves their own, an administrator none of an owner, and for administrators and owners it
 * takes two people. Then the hold begins, and everyone whom the account can reach is told how to stop it.
 */
export async function approveRequest(
  parts: RecoveryParts,
  tx: Transaction,
  decision: Decision,
): Promise<Approved> {
  const found = await findDecidable(tx, decision)
  if ('why' in found) return { outcome: 'refused', why: found.why }
  const { request, person, decider } = found
  if (request.state !== 'open') return { outcome: 'refused', why: 'no-such-request' }
  // Without an address there is nobody to tell, and nowhere for the link to go.
  const to = verifiedEmail(person)
  if (!to) return { outcome: 'refused', why: 'no-address' }
  const approvers = await approversOf(tx, request.id)
  if (approvers.includes(decider.id)) return { outcome: 'refused', why: 'twice' }
  await addApproval(tx, { requestId: request.id, approverId: decider.id, reason: decision.reason })
  await recordDecision(parts, tx, 'request.approved', found, decision)
  if (approvers.length + 1 < approvalsFor(person)) return { outcome: 'one-more-needed' }

  const { settings } = await currentSettings(tx)
  const holdUntil = after(tx.now, settings.recovery.approvalHoldHours * HOUR)
  await holdRequest(tx, request.id, holdUntil)
  const letter = { to, locale: person.locale ?? settings.branding.locale, data: { requestId: request.id } }
  if (holdUntil > tx.now) await enqueue(tx, parts.random, { name: 'request-approved', ...letter })
  await enqueue(tx, parts.random, { name: 'request-granted', ...letter }, { dueAt: holdUntil })
  return { outcome: 'approved', holdUntil }
}

/** Refuses a request, at any time before its link goes out; the person is told. Returns why not, or null. */
export async function refuseRequest(
  parts: RecoveryParts,
  tx: Transaction,
  decision: Decision,
): Promise<Undecidable | null> {
  const found = await findDecidable(tx, decision)
  if ('why' in found) return found.why
  const { request, person } = found
  await endRequest(tx, request.id, 'refused', decision.reason)
  await recordDecision(parts, tx, 'request.refused', found, decision)
  const to = verifiedEmail(person)
  const { settings } = await currentSettings(tx)
  if (to) {
    await enqueue(tx, parts.random, {
      name: 'request-refused',
      to,
      locale: person.locale ?? settings.branding.locale,
      data: { accountId: person.id },
    })
  }
  return null
}

interface Decidable {
  request: RecoveryRequest
  person: Account
  decider: Account
}

async function findDecidable(
  tx: Transaction,
  { requestId, deciderName, reason }: Decision,
): Promise<Decidable | { why: Undecidable }> {
  if (reason === '') return { why: 'no-reason' }
  if (!isId(requestId)) return { why: 'no-such-request' }
  const decider = await accountNamed(tx, { kind: 'username', canonical: deciderName })
  if (!decider) return { why: 'no-such-decider' }
  const request = await lockLiveRequest(tx, requestId)
  const person = request && (await lockAccount(tx, request.accountId))
  const isLate = request?.state === 'open' && tx.now >= after(request.askedAt, REQUEST_LIVES)
  if (!request || isLate || person?.state !== 'active') return { why: 'no-such-request' }
  if (person.securityEpoch !== request.securityEpoch) return { why: 'no-such-request' }
  if (decider.id === person.id) return { why: 'own-request' }
  return mayDecide(decider, person) ? { request, person, decider } : { why: 'no-right' }
}

async function recordDecision(
  parts: RecoveryParts,
  tx: Transaction,
  kind: Extract<EventKind, `request.${string}`>,
  { request, person, decider }: Decidable,
  { reason }: Decision,
): Promise<void> {
  await record(tx, parts.random, {
    kind,
    outcome: 'success',
    origin: { actor: 'person', actorId: decider.id },
    subjectId: person.id,
    detail: { request: request.id, reason },
  })
}
