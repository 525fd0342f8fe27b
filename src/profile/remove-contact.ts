import { changeContact } from '../access/contact-change.ts'
import { withKnownChange } from '../access/known-change.ts'
import { lockSignedIn } from '../access/signed-in.ts'
import { contactOf, type Account } from '../accounts/account.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import type { ContactKind } from '../delivery/news.ts'
import type { Changer } from './authenticator.ts'
import type { ProfileParts } from './parts.ts'

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
  return withKnownChange(parts, organizationId, who.accountId, async (tx, id): Promise<ContactRemoved> => {
    const held = await lockSignedIn(tx, who)
    if (!held || contactOf(held.account, kind).value === null) return 'over'
    const { account } = held
    if (isNeeded(account, tx.now)) return 'needed'
    const { visitor, locale } = who
    await changeContact(tx, parts.random, account, { id, kind, value: null, visitor, locale })
    await record(tx, parts.random, {
      kind: `${kind}.removed`,
      outcome: 'success',
      origin: visitorOrigin(visitor, account.id),
      subjectId: account.id,
      detail: { change: id },
    })
    return 'removed'
  })
}
