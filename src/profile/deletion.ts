import { openChanges, UNDONE_WITHIN, type AccountChange } from '../access/change-store.ts'
import { isLinkToKeep, type KeepLink } from '../access/keep-link.ts'
import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import { verifiedEmail, type Account } from '../accounts/account.ts'
import { holdOwners, isOnlyOwner, setDeletionDue } from '../accounts/deletion-store.ts'
import { accountById, lockAccount } from '../accounts/store.ts'
import { record, visitorOrigin, type Origin } from '../audit/audit.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { WhyKept } from '../delivery/news.ts'
import { enqueue } from '../delivery/outbox.ts'
import { tooManyWrongTokens } from '../limits/wrong-tokens.ts'
import { after, DAY } from '../platform/clock.ts'
import type { Random } from '../platform/random.ts'
import type { Visitor } from '../platform/visitor.ts'
import { endOtherSessions } from '../sessions/store.ts'
import { cancelContactsOf } from './contact-store.ts'
import type { ProfileParts } from './parts.ts'

/** Time to think better of it, and for a person to notice that it was not them who asked. */
const TO_THINK = 14 * DAY

/** `over`: the session is not there any more. */
export type DeletionAsked = { outcome: 'asked' } | { outcome: 'last-owner' } | { outcome: 'over' }

/** How a deletion stands for who holds the letter about it. */
export type Keeping =
  | { outcome: 'open'; dueAt: Date }
  | { outcome: 'over' }
  | { outcome: 'dead'; reason: 'not-known' }
  | { outcome: 'too-many'; retryAfterSeconds: number }

const UNKNOWN = { outcome: 'dead', reason: 'not-known' } as const

/**
 * When an account that is asked to be deleted now would be: in two weeks, and not before the last change of how it is entered
 * can no longer be undone. Else who has taken it over deletes it before its person's letters are read.
 */
export async function earliestDeletion(
  tx: Transaction,
  accountId: string,
): Promise<{ dueAt: Date; waitsForChanges: boolean }> {
  const dueAt = notBefore(after(tx.now, TO_THINK), await openChanges(tx, accountId))
  return { dueAt, waitsForChanges: dueAt > after(tx.now, TO_THINK) }
}

/**
 * When an account is deleted as it stands now, because its person wants it; null: it stays. A change that was made since it
 * was asked for holds it up as one from before does: else who has taken it over asks first.
 */
export async function deletedFrom(tx: Transaction, { id, deletionDueAt }: Account): Promise<Date | null> {
  return deletionDueAt && notBefore(deletionDueAt, await openChanges(tx, id))
}

/**
 * Has the account of who is signed in deleted at the earliest, for who has just proven who they are. Until then everything
 * works as before, and it can be kept. Every other session ends, and what it asked for. There is always an owner. Its letter goes to the addresses
 * too that changes took away which can still be undone.
 */
export async function askDeletion(
  parts: ProfileParts,
  organizationId: string,
  who: SignedIn & { locale: string },
): Promise<DeletionAsked> {
  return withOrganization(parts.database, organizationId, async (tx): Promise<DeletionAsked> => {
    await holdOwners(tx)
    const held = await lockSignedIn(tx, who)
    if (!held) return { outcome: 'over' }
    if (await isOnlyOwner(tx, who.accountId)) return { outcome: 'last-owner' }
    const { account, session } = held
    if (account.deletionDueAt) return { outcome: 'asked' }
    const changes = await openChanges(tx, account.id)
    const dueAt = notBefore(after(tx.now, TO_THINK), changes)
    await setDeletionDue(tx, account.id, dueAt)
    const sessionsEnded = await endOtherSessions(tx, account.id, session.id)
    await cancelContactsOf(tx, account.id, { allBut: session.id })
    await record(tx, parts.random, {
      kind: 'deletion.asked',
      outcome: 'success',
      origin: visitorOrigin(who.visitor, account.id),
      subjectId: account.id,
      detail: { dueAt: dueAt.toISOString(), sessionsEnded },
    })
    for (const to of new Set([verifiedEmail(account), ...changes.map(addressBefore)])) {
      if (to === null) continue
      await enqueue(tx, parts.random, {
        name: 'deletion-asked',
        to,
        locale: account.locale ?? who.locale,
        data: {
          accountId: account.id,
          dueAt: dueAt.toISOString(),
          device: who.visitor.device || null,
        },
      })
    }
    return { outcome: 'asked' }
  })
}

/** Keeps the account of who is signed in. `stays`: it was not about to be deleted; `over`: the session is gone. */
export async function keepAccount(
  parts: ProfileParts,
  organizationId: string,
  who: SignedIn & { locale: string },
): Promise<'kept' | 'stays' | 'over'> {
  return withOrganization(parts.database, organizationId, async (tx) => {
    const held = await lockSignedIn(tx, who)
    if (!held) return 'over'
    const { account } = held
    if (!account.deletionDueAt) return 'stays'
    const origin = visitorOrigin(who.visitor, account.id)
    await stopDeletion(parts, tx, account, { why: 'asked', locale: who.locale, origin })
    return 'kept'
  })
}

/** Tells whether there is something to keep, and changes nothing: mail scanners open this link too. */
export async function examineKeeping(
  parts: ProfileParts,
  organizationId: string,
  link: KeepLink,
  visitor: Visitor,
): Promise<Keeping> {
  const standing = isLinkToKeep(parts.secrets, organizationId, link)
    ? await withOrganization(parts.database, organizationId, async (tx) =>
        standingOf(tx, await accountById(tx, link.accountId), link),
      )
    : UNKNOWN
  return (await tooManyWrongTokens(parts, standing, visitor)) ?? standing
}

/** Keeps an account, for who holds the letter about its deletion. `open`: it was about to be deleted, until now. */
export async function keepByLetter(
  parts: ProfileParts,
  organizationId: string,
  link: KeepLink,
  { visitor, locale }: { visitor: Visitor; locale: string },
): Promise<Keeping> {
  const standing = isLinkToKeep(parts.secrets, organizationId, link)
    ? await withOrganization(parts.database, organizationId, async (tx) => {
        const account = await lockAccount(tx, link.accountId)
        const before = await standingOf(tx, account, link)
        if (!account || before.outcome !== 'open') return before
        await stopDeletion(parts, tx, account, { why: 'asked', locale, origin: visitorOrigin(visitor) })
        return before
      })
    : UNKNOWN
  return (await tooManyWrongTokens(parts, standing, visitor)) ?? standing
}

/** Keeps a locked account that was about to be deleted, and tells its person. */
export async function stopDeletion(
  { random }: { random: Random },
  tx: Transaction,
  account: Account,
  { why, locale, origin }: { why: WhyKept; locale: string; origin: Origin },
): Promise<void> {
  await setDeletionDue(tx, account.id, null)
  await record(tx, random, {
    kind: 'deletion.stopped',
    outcome: 'success',
    origin,
    subjectId: account.id,
    detail: { why },
  })
  const to = verifiedEmail(account)
  if (!to) return
  await enqueue(tx, random, {
    name: 'deletion-stopped',
    to,
    locale: account.locale ?? locale,
    data: { accountId: account.id, why },
  })
}

function notBefore(dueAt: Date, changes: AccountChange[]): Date {
  const ends = changes.map(({ madeAt }) => after(madeAt, UNDONE_WITHIN).getTime())
  return new Date(Math.max(dueAt.getTime(), ...ends))
}

/** The verified address that a change took away; null: it took none. */
function addressBefore({ changed, contactBefore }: AccountChange): string | null {
  return changed === 'email' && contactBefore?.verifiedAt ? contactBefore.value : null
}

async function standingOf(
  tx: Transaction,
  account: Account | null,
  link: KeepLink,
): Promise<{ outcome: 'open'; dueAt: Date } | { outcome: 'over' }> {
  if (account?.deletionDueAt?.toISOString() !== link.dueAt) return { outcome: 'over' }
  const dueAt = await deletedFrom(tx, account)
  return dueAt ? { outcome: 'open', dueAt } : { outcome: 'over' }
}
