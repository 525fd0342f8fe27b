import type { SignedIn } from '../access/signed-in.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization } from '../database/transaction.ts'
import type { LimitAnswer, Limits } from '../limits/limits.ts'
import type { PeopleParts } from './deed.ts'

/**
 * Counts one more thing that somebody who runs the organization does to people's accounts: in all, and to this one, who is
 * named by an id or as they are added. Each of them sends a letter, and a stolen session must not fill mailboxes. It is
 * counted for each who does it, or a thief could use up what others need to suspend the thief.
 */
export async function spendDeed(
  parts: PeopleParts & { limits: Limits },
  organizationId: string,
  who: SignedIn,
  person: string,
): Promise<LimitAnswer> {
  const { limits } = parts
  const inAll = await limits.spend('deeds-per-manager', organizationId, who.accountId)
  const answer = inAll.allowed
    ? await limits.spend('deeds-per-manager-and-person', organizationId, who.accountId, person)
    : inAll
  if (!answer.allowed) await note(parts, organizationId, who, inAll.allowed ? 'one' : 'all')
  return answer
}

/** The first of an hour is enough: a log that is full of refusals hides what was done before them. */
async function note(
  { database, random, limits }: PeopleParts & { limits: Limits },
  organizationId: string,
  { accountId, visitor }: SignedIn,
  to: 'one' | 'all',
): Promise<void> {
  const isFirst = await limits.spend('withheld-deeds-noted-per-manager', organizationId, accountId)
  if (!isFirst.allowed) return
  await withOrganization(database, organizationId, (tx) =>
    record(tx, random, {
      kind: 'people.deeds-withheld',
      outcome: 'refused',
      origin: visitorOrigin(visitor, accountId),
      detail: { to },
    }),
  )
}
