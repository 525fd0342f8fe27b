import { lockSignedIn, type SignedIn } from '../../access/signed-in.ts'
import { lockAccount } from '../../accounts/store.ts'
import { visitorOrigin } from '../../audit/audit.ts'
import { withOrganization, type Transaction } from '../../database/transaction.ts'
import { isId } from '../../platform/random.ts'
import type { RecoveryParts } from '../parts.ts'
import { approveRequest, refuseRequest, type Approved } from './decide.ts'
import { requestById } from './store.ts'

/** What became of a decision. `over`: whoever decided is not signed in any more. */
export type Decided = Approved | { outcome: 'refused' | 'over' }

/**
 * Decides on a request in the name of who is signed in, which is looked at again in the transaction that decides: of a
 * session that was ended, or of a role that was taken away, nothing is left then.
 */
export async function decideSignedIn(
  parts: RecoveryParts,
  organizationId: string,
  who: SignedIn,
  wanted: { requestId: string; approves: boolean; reason: string },
): Promise<Decided> {
  return withOrganization(parts.database, organizationId, async (tx): Promise<Decided> => {
    await lockAskerBefore(tx, who, wanted.requestId)
    const held = await lockSignedIn(tx, who)
    if (!held) return { outcome: 'over' }
    const { requestId, reason } = wanted
    const origin = visitorOrigin(who.visitor, held.account.id)
    const decision = { requestId, decider: held.account, origin, reason }
    if (wanted.approves) return approveRequest(parts, tx, decision)
    const why = await refuseRequest(parts, tx, decision)
    return why ? { outcome: 'undecidable', why } : { outcome: 'refused' }
  })
}

/** Two accounts are locked in the order of their ids: else two people who decide about each other wait for ever. */
async function lockAskerBefore(tx: Transaction, { accountId }: SignedIn, requestId: string): Promise<void> {
  const request = isId(requestId) ? await requestById(tx, requestId) : null
  if (request && request.accountId < accountId) await lockAccount(tx, request.accountId)
}
