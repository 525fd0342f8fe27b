import { changeById } from '../access/change-store.ts'
import { changeContact } from '../access/contact-change.ts'
import { contactOf, type Account } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { withKnownOutcome } from '../database/known-outcome.ts'
import type { Transaction } from '../database/transaction.ts'
import type { ContactKind } from '../delivery/message.ts'
import { newId, NO_ID } from '../platform/random.ts'
import type { Changer } from './authenticator.ts'
import type { ProfileParts } from './parts.ts'
import { lockSignedIn } from './signed-in.ts'

/** `needed`: without it nothing would let its person back in. `over`: it is gone already, or the session is. */
export type ContactRemoved = 'removed' | 'needed' | 'over'

/** Takes an address or number away, unless `isNeeded` says of the account as it is then that its person needs it. */
export async function removeContact(
  parts: ProfileParts,
  organizationId: string,
  who: Changer,
  kind: ContactKind,
  isNeeded: (account: Account, now: Date) => boolean,
): Promise<ContactRemoved> {
  let changeId = NO_ID
  const work = async (tx: Transaction): Promise<ContactRemoved> => {
    const held = await lockSignedIn(tx, who)
    if (!held || contactOf(held.account, kind).value === null) return 'over'
    const { account } = held
    if (isNeeded(account, tx.now)) return 'needed'
    changeId = newId(parts.random, tx.now)
    const { visitor, locale } = who
    await changeContact(tx, parts.random, account, { id: changeId, kind, value: null, visitor, locale })
    await record(tx, parts.random, {
      kind: `${kind}.removed`,
      outcome: 'success',
      origin: visitorOrigin(visitor, account.id),
      subjectId: account.id,
      detail: { change: changeId },
    })
    return 'removed'
  }
  return withKnownOutcome(parts.database, organizationId, work, async (tx) => {
    await lockAccount(tx, who.accountId)
    return (await changeById(tx, changeId)) !== null
  })
}
