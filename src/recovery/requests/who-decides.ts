import { UNDONE_WITHIN } from '../../access/change-store.ts'
import { mayManage as mayDecide } from '../../access/managed.ts'
import { verifiedEmail, type Account } from '../../accounts/account.ts'
import { accountById, managers } from '../../accounts/store.ts'
import type { Transaction } from '../../database/transaction.ts'
import { after } from '../../platform/clock.ts'
import { approversOf } from './store.ts'

export { mayDecide }

/** Why somebody may not decide about a person; null where they may. */
export function whyMayNotDecide(decider: Account, person: Account): 'own-request' | 'no-right' | null {
  if (decider.id === person.id) return 'own-request'
  return mayDecide(decider, person) ? null : 'no-right'
}

/**
 * Where the link of an approved request goes; null where it is read out instead. Of a protected account the mailbox is in
 * doubt: the person said there that a change was not theirs, or a thief did. And whoever gave an account another address of
 * late may have been a thief in its session: as long as that can still be undone, the link and the warning of the hold would
 * reach nobody else.
 */
export function addressOf(person: Account, now: Date): string | null {
  const { protectedAt, emailChangedAt } = person
  const isContestable = emailChangedAt !== null && now < after(emailChangedAt, UNDONE_WITHIN)
  return protectedAt || isContestable ? null : verifiedEmail(person)
}

/** How many must agree: who runs the organization, or can be warned at no address, is worth two (ASVS 6.4.4). */
export function approvalsFor(person: Account, now: Date): number {
  return person.role === 'member' && addressOf(person, now) ? 1 : 2
}

/** Whether there are enough people who may decide about this one; where not, only whoever runs the server can help. */
export async function canBeDecided(tx: Transaction, person: Account): Promise<boolean> {
  const deciders = (await managers(tx)).filter((decider) => mayDecide(decider, person))
  return deciders.length >= approvalsFor(person, tx.now)
}

/** How many of a request's approvals still stand: those of people who may decide today, and the operator's. */
export async function approvalsThatStand(
  tx: Transaction,
  requestId: string,
  person: Account,
): Promise<number> {
  let standing = 0
  for (const approverId of await approversOf(tx, requestId)) {
    const approver = approverId && (await accountById(tx, approverId))
    if (!approverId || (approver && mayDecide(approver, person))) standing += 1
  }
  return standing
}
