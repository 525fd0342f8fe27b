import type { Account } from '../../accounts/account.ts'
import { accountById, accountsById } from '../../accounts/store.ts'
import type { Transaction } from '../../database/transaction.ts'
import type { RecoveryParts } from '../parts.ts'
import { noteOf } from './request.ts'
import { isLeft } from './stop.ts'
import { approvalsOf, isOver, requestById, type Approval, type RecoveryRequest } from './store.ts'
import { addressOf, approvalsFor, canBeDecided, whyMayNotDecide } from './who-decides.ts'

/** A request before somebody who may run the organization, and what they can do about it. */
export interface Look {
  request: RecoveryRequest
  person: Account
  /** What the person wrote. */
  note: string
  /** How it stands now, also where nobody has ended it yet. */
  state: RecoveryRequest['state']
  approvals: (Approval & { approver: Account | null })[]
  /** How many must agree. */
  needed: number
  /** Whether the last approval shows a code, because no mail may go to the person. */
  isSpoken: boolean
  mayApprove: boolean
  mayRefuse: boolean
  /** Why this reader may not approve, where the request itself waits. */
  why: 'own-request' | 'no-right' | 'twice' | null
  /** Whether there are too few people who may decide, so that only whoever runs the server can be the next. */
  needsOperator: boolean
}

/** Looks at a request with the eyes of somebody who is signed in; null when there is none. Changes nothing. */
export async function lookAt(
  parts: RecoveryParts,
  tx: Transaction,
  requestId: string,
  reader: Account,
): Promise<Look | null> {
  const request = await requestById(tx, requestId)
  const person = request && (await accountById(tx, request.accountId))
  if (!person) return null
  const approvals = await approvalsOf(tx, requestId)
  const approvers = await accountsById(
    tx,
    approvals.map(({ approverId }) => approverId),
  )
  const isWorthless =
    request.endedAt === null &&
    (isOver(request, tx.now) || request.securityEpoch !== person.securityEpoch || person.state !== 'active')
  const isOpen = request.state === 'open' && !isWorthless
  const mayNot = whyMayNotDecide(reader, person)
  const hasApproved = approvals.some(({ approverId }) => approverId === reader.id)
  return {
    request,
    person,
    note: noteOf(parts, request),
    state: isWorthless ? 'expired' : request.state,
    approvals: approvals.map((one) => ({ ...one, approver: approvers.get(one.approverId ?? '') ?? null })),
    needed: approvalsFor(person, tx.now),
    isSpoken: addressOf(person, tx.now) === null,
    mayApprove: isOpen && !mayNot && !hasApproved,
    mayRefuse: !mayNot && !isWorthless && (await isLeft(tx, request)),
    why: isOpen ? (mayNot ?? (hasApproved ? 'twice' : null)) : null,
    needsOperator: isOpen && !(await canBeDecided(tx, person)),
  }
}
