import { isLinkToUndo, type ChangeLink } from '../access/change-link.ts'
import {
  authenticatorSince,
  changeById,
  contactsBefore,
  markUndone,
  UNDONE_WITHIN,
  type AccountChange,
  type AuthenticatorChange,
} from '../access/change-store.ts'
import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import { verifiedEmail, type Account } from '../accounts/account.ts'
import { accountById, lockAccount, protectAccount, raiseSecurityEpoch } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import {
  bindAuthenticator,
  removeAuthenticator,
  replaceRecoveryCodes,
} from '../credentials/authenticator-store.ts'
import { removePassword } from '../credentials/store.ts'
import { newTotpSecret } from '../credentials/totp.ts'
import { isDuplicate } from '../database/faults.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { ChangeOfAuthenticator, ContactKind, WayBack } from '../delivery/news.ts'
import { enqueue } from '../delivery/outbox.ts'
import { after } from '../platform/clock.ts'
import { isId } from '../platform/random.ts'
import type { Visitor } from '../platform/visitor.ts'
import { forgetDevices } from '../sessions/devices-store.ts'
import { endSessions } from '../sessions/store.ts'
import { openRequest, tellManagers } from './requests/request.ts'
import { tooManyWrongTokens } from '../limits/wrong-tokens.ts'
import type { RecoveryParts } from './parts.ts'
import { restoreContacts } from './restore-contacts.ts'
import { isOver, liveRequestOf, lockRequestOf } from './requests/store.ts'
import { endAsCancelled } from './requests/stop.ts'
import { canBeDecided } from './requests/who-decides.ts'

/** How a change stands for who holds the letter about it. `undone`: by this letter or another, or settled since. */
export type ChangeStanding =
  | {
      outcome: 'open'
      madeAt: Date
      /** What the letter is about. */
      change: 'password' | ChangeOfAuthenticator | ContactKind
      /** What became of the authenticator since, all in all. */
      authenticator: AuthenticatorChange
      /** Which of address and number were changed since, this change among them. */
      contacts: ContactKind[]
      wayBack: WayBack
    }
  | { outcome: 'undone'; wayBack: WayBack | null }
  | { outcome: 'too-old' }
  | { outcome: 'dead'; reason: 'not-known' }
  | { outcome: 'too-many'; retryAfterSeconds: number }

/** The browser in which somebody says that a change was not theirs; `actorId` for who is signed in there. */
interface Reporter {
  visitor: Visitor
  locale: string
  actorId?: string
}

/** How it stands for who needs no link: there is nothing to guess at. */
type StandingOfOwn = Exclude<ChangeStanding, { outcome: 'too-many' }>

const UNKNOWN = { outcome: 'dead', reason: 'not-known' } as const

/** Tells how a change stands, and changes nothing: mail scanners open this link too. */
export async function examineChange(
  parts: RecoveryParts,
  organizationId: string,
  link: ChangeLink,
  visitor: Visitor,
): Promise<ChangeStanding> {
  const standing = isLinkToUndo(parts.secrets, organizationId, link)
    ? await withOrganization(parts.database, organizationId, async (tx) => {
        const change = await changeById(tx, link.changeId)
        return howItStands(tx, change, change && (await accountById(tx, change.accountId)))
      })
    : UNKNOWN
  return (await tooManyWrongTokens(parts, standing, visitor)) ?? standing
}

/**
 * Undoes a change that its person says was not theirs, and closes the account to all but those whom people let in: a thief
 * may still be in the mailbox. The organization is asked for them, in the same transaction. What the account was reached by
 * comes back, but for 72 hours as no way in: of two who call an address theirs nobody knows yet which is the person.
 */
export async function undoChange(
  parts: RecoveryParts,
  organizationId: string,
  link: ChangeLink,
  reporter: Reporter,
): Promise<ChangeStanding> {
  const once = () =>
    withOrganization(parts.database, organizationId, (tx) => undo(parts, tx, link.changeId, reporter))
  const isOurs = isLinkToUndo(parts.secrets, organizationId, link)
  const standing = isOurs ? await once().catch((error: unknown) => againIfTaken(error, once)) : UNKNOWN
  return (await tooManyWrongTokens(parts, standing, reporter.visitor)) ?? standing
}

/** Like `examineChange`, for who is signed in and finds the change among their own. */
export async function examineOwnChange(
  parts: RecoveryParts,
  organizationId: string,
  accountId: string,
  changeId: string,
): Promise<StandingOfOwn> {
  return withOrganization(parts.database, organizationId, async (tx) => {
    const change = await ownChange(tx, accountId, changeId)
    return change ? howItStands(tx, change, await accountById(tx, accountId)) : UNKNOWN
  })
}

/**
 * Like `undoChange`, for who is signed in. Nothing when that session was ended meanwhile: whoever ended it may have
 * just taken the account back, and what they did must not be undone.
 */
export async function undoOwnChange(
  parts: RecoveryParts,
  organizationId: string,
  changeId: string,
  who: SignedIn & { locale: string },
): Promise<StandingOfOwn | { outcome: 'over' }> {
  const { accountId: actorId, visitor, locale } = who
  const once = () =>
    withOrganization(parts.database, organizationId, async (tx) => {
      if (!(await lockSignedIn(tx, who))) return { outcome: 'over' as const }
      if (!(await ownChange(tx, actorId, changeId))) return UNKNOWN
      return undo(parts, tx, changeId, { visitor, locale, actorId })
    })
  return once().catch((error: unknown) => againIfTaken(error, once))
}

/** A change of this account under an id; null for one of another. */
async function ownChange(tx: Transaction, accountId: string, id: string): Promise<AccountChange | null> {
  const change = isId(id) ? await changeById(tx, id) : null
  return change?.accountId === accountId ? change : null
}

/** Another account took the old address in the same moment; the second time it is seen. */
function againIfTaken<Result>(error: unknown, again: () => Promise<Result>): Promise<Result> {
  if (isDuplicate(error)) return again()
  throw error
}

async function undo(
  parts: RecoveryParts,
  tx: Transaction,
  changeId: string,
  { visitor, locale, actorId }: Reporter,
): Promise<StandingOfOwn> {
  const seen = await changeById(tx, changeId)
  const account = seen && (await lockAccount(tx, seen.accountId))
  // Read again under the account's lock, under which alone changes are made and undone.
  const change = seen && (await changeById(tx, changeId))
  const before = await howItStands(tx, change, account)
  if (before.outcome !== 'open' || !change || !account) return before

  await removePassword(tx, account.id)
  await undoAuthenticator(parts, tx, account.id, before.authenticator)
  const restored = await restoreContacts(tx, account, await contactsBefore(tx, change))
  await markUndone(tx, change)
  // An older letter mends what the newer left, and stops nothing: whoever kept letters could keep the person out.
  if (account.protectedAt) {
    const wayBack = await wayBackFor(tx, restored)
    // The thief's own undo may have been the first: its report and its letter were the thief's.
    if (restored.email !== account.email) {
      const request = await liveRequestOf(tx, account.id)
      if (request && wayBack === 'asked')
        await tellManagers(parts, tx, 'request-waiting', request.id, restored)
      await tellProtected(parts, tx, before, { account, restored, changeId, locale, wayBack })
    }
    await recordUndoing(parts, tx, before, { account, changeId, visitor, actorId, sessionsEnded: 0 })
    return { outcome: 'undone', wayBack }
  }
  const sessionsEnded = await endSessions(tx, account.id)
  await forgetDevices(tx, account.id)
  await protectAccount(tx, account.id)
  const securityEpoch = await raiseSecurityEpoch(tx, account.id)
  // It may be the thief who asked for it, and its hold nearly over.
  const waiting = await lockRequestOf(tx, account.id)
  if (waiting) await endAsCancelled(parts, tx, waiting, visitor, null)
  if (account.state === 'active') {
    const asked = { note: '', address: visitor.place, device: visitor.device, isReport: true }
    const { id } = await openRequest(parts, tx, { ...restored, securityEpoch }, asked)
    await tellManagers(parts, tx, 'request-waiting', id, restored)
  }
  const wayBack = await wayBackFor(tx, restored)
  await tellProtected(parts, tx, before, { account, restored, changeId, locale, wayBack })
  await recordUndoing(parts, tx, before, { account, changeId, visitor, actorId, sessionsEnded })
  return { outcome: 'undone', wayBack }
}

/**
 * Tells the address that an account has again that it is closed, and who lets its person back in; and the one that it had
 * until now, for it may be the person's: whoever reads the mailbox that they left has its letters too.
 */
async function tellProtected(
  parts: RecoveryParts,
  tx: Transaction,
  { authenticator, contacts }: { authenticator: AuthenticatorChange; contacts: ContactKind[] },
  undone: { account: Account; restored: Account; changeId: string; locale: string; wayBack: WayBack },
): Promise<void> {
  const { account, restored, changeId, locale, wayBack } = undone
  for (const to of new Set([verifiedEmail(account), verifiedEmail(restored)])) {
    if (to === null) continue
    await enqueue(tx, parts.random, {
      name: 'account-protected',
      to,
      locale: restored.locale ?? locale,
      data: { accountId: restored.id, changeId, authenticator, restored: contacts, wayBack },
    })
  }
}

async function recordUndoing(
  parts: RecoveryParts,
  tx: Transaction,
  { authenticator, contacts }: { authenticator: AuthenticatorChange; contacts: ContactKind[] },
  undone: {
    account: Account
    changeId: string
    visitor: Visitor
    actorId: string | undefined
    sessionsEnded: number
  },
): Promise<void> {
  await record(tx, parts.random, {
    kind: 'change.undone',
    outcome: 'success',
    origin: visitorOrigin(undone.visitor, undone.actorId),
    subjectId: undone.account.id,
    detail: {
      change: undone.changeId,
      authenticator: authenticator ?? 'untouched',
      contacts: contacts.join(' '),
      sessionsEnded: undone.sessionsEnded,
    },
  })
}

/**
 * An authenticator that was added goes, and so do recovery codes that took the place of others. An authenticator that took
 * the place of another, or was taken away, becomes a lock without a key: the older one cannot come back, and without any
 * the account would be left with less than its person had (`demandsOn`).
 */
async function undoAuthenticator(
  parts: RecoveryParts,
  tx: Transaction,
  accountId: string,
  change: AuthenticatorChange,
): Promise<void> {
  if (change === 'added') await removeAuthenticator(tx, accountId)
  if (change === 'codes') await replaceRecoveryCodes(tx, accountId, [])
  if (change !== 'replaced' && change !== 'removed') return
  const nobodys = { secret: newTotpSecret(parts.random), lastStep: 0, codes: [] }
  await bindAuthenticator(tx, parts.secrets, accountId, nobodys)
}

async function howItStands(
  tx: Transaction,
  change: AccountChange | null,
  account: Account | null,
): Promise<StandingOfOwn> {
  // The link was ours, and what it was about is deleted when nobody can undo it any more.
  if (!change || !account) return { outcome: 'too-old' }
  if (change.undoneAt)
    return { outcome: 'undone', wayBack: account.protectedAt ? await wayBackFor(tx, account) : null }
  if (tx.now >= after(change.madeAt, UNDONE_WITHIN)) return { outcome: 'too-old' }
  const authenticator = await authenticatorSince(tx, change)
  const wayBack = (await canBeDecided(tx, account)) ? 'asked' : 'operator'
  const contacts = (await contactsBefore(tx, change)).map(([kind]) => kind)
  const about = change.changed === 'authenticator' ? (change.authenticator ?? 'codes') : change.changed
  return { outcome: 'open', madeAt: change.madeAt, change: about, authenticator, contacts, wayBack }
}

/** Who lets the person of a protected account back in, as it stands now: who were asked do not answer for ever. */
async function wayBackFor(tx: Transaction, account: Account): Promise<WayBack> {
  if (!(await canBeDecided(tx, account))) return 'operator'
  const request = await liveRequestOf(tx, account.id)
  return request && !isOver(request, tx.now) ? 'asked' : 'ask'
}
