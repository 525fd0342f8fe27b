import { readIdentifier } from '../../accounts/identifiers.ts'
import { accountById, accountNamed, lockAccount } from '../../accounts/store.ts'
import type { Transaction } from '../../database/transaction.ts'
import type { Prepared, QueuedMessage } from '../../delivery/message.ts'
import { formatInstant } from '../../i18n/format.ts'
import { letterhead } from '../../organizations/branding.ts'
import { currentSettings, organizationOf } from '../../organizations/store.ts'
import { letIn, recordDecision, type LetIn } from './decide.ts'
import { addressOfRequest, openRequest, requestUnderWay, tellManagers } from './request.ts'
import type { RecoveryParts } from '../parts.ts'
import { addApproval, approversOf, requestById } from './store.ts'

/**
 * Lets an owner back in whom nobody is left to approve: the operator's word stands for all approvals, and all else is as
 * for everybody. The others who run the organization are told. Null: there is no such active owner.
 */
export async function resetOwner(
  parts: RecoveryParts,
  tx: Transaction,
  { name, reason }: { name: string; reason: string },
): Promise<LetIn | null> {
  const identifier = readIdentifier(name)
  const named = identifier && (await accountNamed(tx, identifier))
  const owner = named && (await lockAccount(tx, named.id))
  if (owner?.role !== 'owner' || owner.state !== 'active') return null
  const asked = { note: reason, address: '', device: '', isReport: false }
  const request = (await requestUnderWay(tx, owner)) ?? (await openRequest(parts, tx, owner, asked))
  if (request.holdUntil) return { outcome: 'approved', holdUntil: request.holdUntil }
  const approvers = await approversOf(tx, request.id)
  if (!approvers.includes(null)) await addApproval(tx, { requestId: request.id, approverId: null, reason })
  const decision = { origin: { actor: 'operator' }, reason } as const
  await recordDecision(parts, tx, 'request.approved', { request, person: owner }, decision)
  const outcome = await letIn(parts, tx, request, owner)
  await tellManagers(parts, tx, 'owner-reset', request.id, owner)
  return outcome
}

/** The letter to those who run the organization with an owner whom the operator lets back in. */
export async function prepareOwnerReset(
  parts: Pick<RecoveryParts, 'publicUrl'>,
  tx: Transaction,
  message: QueuedMessage<'owner-reset'>,
): Promise<Prepared<'owner-reset'>> {
  const { requestId, accountId } = message.data
  const request = await requestById(tx, requestId)
  const owner = request && (await accountById(tx, request.accountId))
  const reader = await accountById(tx, accountId)
  if (!request?.holdUntil || !owner || message.to === null) return { drop: 'no such request' }
  const organization = await organizationOf(tx)
  const { settings } = await currentSettings(tx)
  const data = {
    ...letterhead(organization, settings),
    person: { fullName: reader?.fullName ?? null },
    owner: owner.fullName,
    when: formatInstant(request.holdUntil, message.locale),
    requestUrl: addressOfRequest(parts, organization, requestId),
  }
  return { send: { to: message.to, locale: message.locale, data } }
}
