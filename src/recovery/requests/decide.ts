import { verifiedEmail, type Account } from '../../accounts/account.ts'
import { lockAccount } from '../../accounts/store.ts'
import { record, type EventKind, type Origin } from '../../audit/audit.ts'
import type { Transaction } from '../../database/transaction.ts'
import { enqueue } from '../../delivery/outbox.ts'
import { currentSettings } from '../../organizations/store.ts'
import { after, HOUR } from '../../platform/clock.ts'
import { isId } from '../../platform/random.ts'
import type { RecoveryParts } from '../parts.ts'
import {
  addApproval,
  approversOf,
  approveUntil,
  endRequest,
  isOver,
  lockRequest,
  requestById,
  warnedNow,
  type RecoveryRequest,
} from './store.ts'
import { mintSpokenCode } from './spoken-code.ts'
import { endWhatIsLeft } from './stop.ts'
import { addressOf, approvalsFor, approvalsThatStand, canBeDecided, whyMayNotDecide } from './who-decides.ts'

/** Somebody's decision on a request, with the reason that the audit log keeps. */
export interface Decision {
  requestId: string
  /** Somebody who was proven to be this person; null: the operator, in the place of one who is not there. */
  decider: Account | null
  origin: Origin
  reason: string
}

/** Why somebody may not decide, or the request cannot be decided. */
export type Undecidable =
  'no-such-request' | 'no-right' | 'own-request' | 'twice' | 'enough-people' | 'no-reason'

/**
 * What became of a request that was let through. `holdUntil`: from then on the person has a link. `spoken`: they have no
 * address that can be trusted, and this is the only time that their code is told.
 */
export type LetIn =
  { outcome: 'approved'; holdUntil: Date } | { outcome: 'spoken'; code: string; until: Date }

/** What became of an approval. */
export type Approved = LetIn | { outcome: 'one-more-needed' } | { outcome: 'undecidable'; why: Undecidable }

/**
 * Approves a request. Nobody approves their own, an administrator none of an owner; for administrators and owners, and
 * for who has no address to be warned at, it takes two people.
 */
export async function approveRequest(
  parts: RecoveryParts,
  tx: Transaction,
  decision: Decision,
): Promise<Approved> {
  const found = await findDecidable(tx, decision)
  if ('why' in found) return { outcome: 'undecidable', why: found.why }
  const { request, person } = found
  const { decider } = decision
  if (request.state !== 'open') return { outcome: 'undecidable', why: 'no-such-request' }
  if (!decider && (await canBeDecided(tx, person))) return { outcome: 'undecidable', why: 'enough-people' }
  const approvers = await approversOf(tx, request.id)
  const approverId = decider?.id ?? null
  if (approvers.includes(approverId)) return { outcome: 'undecidable', why: 'twice' }
  await addApproval(tx, { requestId: request.id, approverId, reason: decision.reason })
  await recordDecision(parts, tx, 'request.approved', found, decision)
  if ((await approvalsThatStand(tx, request.id, person)) < approvalsFor(person, tx.now))
    return { outcome: 'one-more-needed' }
  return letIn(parts, tx, request, person)
}

/**
 * Begins the hold of a request that has all its approvals, and tells the address how to stop it. Who has none that can be
 * trusted gets no hold: there is nobody to warn, and the second pair of eyes stands in its place.
 */
export async function letIn(
  parts: RecoveryParts,
  tx: Transaction,
  request: RecoveryRequest,
  person: Account,
): Promise<LetIn> {
  const to = addressOf(person, tx.now)
  const { settings } = await currentSettings(tx)
  const holdUntil = to ? after(tx.now, settings.recovery.approvalHoldHours * HOUR) : tx.now
  await approveUntil(tx, request.id, holdUntil)
  if (!to) {
    await endRequest(tx, request.id, 'granted')
    return { outcome: 'spoken', ...(await mintSpokenCode(parts, tx, request.id, person)) }
  }
  const letter = { to, locale: person.locale ?? settings.branding.locale, data: { requestId: request.id } }
  if (holdUntil > tx.now) await enqueue(tx, parts.random, { name: 'request-approved', ...letter })
  else await warnedNow(tx, request.id, holdUntil)
  await enqueue(tx, parts.random, { name: 'request-granted', ...letter }, { dueAt: holdUntil })
  return { outcome: 'approved', holdUntil }
}

/**
 * Refuses a request, also one whose link or code is out already, as long as nobody has made use of it; the person is told.
 * Returns why not, or null.
 */
export async function refuseRequest(
  parts: RecoveryParts,
  tx: Transaction,
  decision: Decision,
): Promise<Undecidable | null> {
  const found = await findDecidable(tx, decision)
  if ('why' in found) return found.why
  const { request, person } = found
  if (!(await endWhatIsLeft(tx, request, 'refused', decision.reason))) return 'no-such-request'
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
}

async function findDecidable(
  tx: Transaction,
  { requestId, decider, reason }: Decision,
): Promise<Decidable | { why: Undecidable }> {
  if (reason === '') return { why: 'no-reason' }
  if (!isId(requestId)) return { why: 'no-such-request' }
  const seen = await requestById(tx, requestId)
  const person = seen && (await lockAccount(tx, seen.accountId))
  const request = seen && (await lockRequest(tx, seen.id))
  if (!request || person?.state !== 'active') return { why: 'no-such-request' }
  // What was granted is over for them, and can still be taken back.
  if (request.state !== 'granted' && isOver(request, tx.now)) return { why: 'no-such-request' }
  if (person.securityEpoch !== request.securityEpoch) return { why: 'no-such-request' }
  const why = decider && whyMayNotDecide(decider, person)
  return why ? { why } : { request, person }
}

/** Records who decided about a request, and why. */
export async function recordDecision(
  parts: RecoveryParts,
  tx: Transaction,
  kind: Extract<EventKind, `request.${string}`>,
  { request, person }: Decidable,
  { origin, reason }: Pick<Decision, 'origin' | 'reason'>,
): Promise<void> {
  await record(tx, parts.random, {
    kind,
    outcome: 'success',
    origin,
    subjectId: person.id,
    detail: { request: request.id, reason },
  })
}
