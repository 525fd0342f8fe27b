import { keepChange, type ChangeMaker } from '../access/account-change.ts'
import { withKnownChange } from '../access/known-change.ts'
import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import {
  authenticatorOf,
  removeAuthenticator,
  replaceRecoveryCodes,
} from '../credentials/authenticator-store.ts'
import { bindPending, confirmPending, judgeKept, newPending } from '../credentials/pending-authenticator.ts'
import { newRecoveryCodes } from '../credentials/recovery-codes.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { ChangeOfAuthenticator } from '../delivery/news.ts'
import { currentSettings } from '../organizations/store.ts'
import { endOtherSessions, renewSession } from '../sessions/store.ts'
import type { ProfileParts } from './parts.ts'
import { beginPending, endPending, pendingIn, savePending, type Pending } from './pending-store.ts'

/** `over`: the session is gone, or what it began is. */
export type ChangeBegun = { outcome: 'begun' } | { outcome: 'over' }

export type Confirmed = { outcome: 'confirmed' | 'malformed' | 'wrong' | 'over' }

/** `required`: the organization asks an authenticator of everybody. */
export type AuthenticatorChanged =
  | { outcome: 'changed'; change: ChangeOfAuthenticator; sessionToken: string }
  | { outcome: 'malformed' | 'wrong' | 'required' | 'over' }

/** Who is signed in and makes a change of how their account is entered or reached. */
export type Changer = SignedIn & ChangeMaker

/** Begins to set up an authenticator, or one in place of another: a new key, for fifteen minutes and in this session only. */
export async function beginSetUp(
  parts: ProfileParts,
  organizationId: string,
  who: SignedIn,
): Promise<ChangeBegun> {
  return begin(parts, organizationId, who, () => ({
    what: 'authenticator',
    authenticator: newPending(parts.random),
  }))
}

/** Begins to replace the recovery codes of somebody who has an authenticator. */
export async function beginNewCodes(
  parts: ProfileParts,
  organizationId: string,
  who: SignedIn,
): Promise<ChangeBegun> {
  return begin(parts, organizationId, who, (hasOne) =>
    hasOne ? { what: 'codes', codes: newRecoveryCodes(parts.random) } : null,
  )
}

async function begin(
  parts: ProfileParts,
  organizationId: string,
  who: SignedIn,
  make: (hasOne: boolean) => Pending | null,
): Promise<ChangeBegun> {
  return withOrganization(parts.database, organizationId, async (tx): Promise<ChangeBegun> => {
    const held = await lockSignedIn(tx, who)
    const pending = held && make((await authenticatorOf(tx, held.account.id)) !== null)
    if (!pending) return { outcome: 'over' }
    await beginPending(tx, parts.secrets, who.sessionId, pending)
    return { outcome: 'begun' }
  })
}

/** What this session began and may still finish; null when there is nothing. */
export async function pendingOf(
  parts: ProfileParts,
  organizationId: string,
  sessionId: string,
): Promise<Pending | null> {
  return withOrganization(parts.database, organizationId, (tx) => pendingIn(tx, parts.secrets, sessionId))
}

/** Confirms the key by a code of it, and makes its recovery codes. Nothing of it is the account's yet. */
export async function confirmSetUp(
  parts: ProfileParts,
  organizationId: string,
  who: SignedIn,
  typed: string,
): Promise<Confirmed> {
  return withOrganization(parts.database, organizationId, async (tx): Promise<Confirmed> => {
    const held = await lockSignedIn(tx, who)
    const pending = held && (await pendingIn(tx, parts.secrets, who.sessionId))
    if (pending?.what !== 'authenticator') return { outcome: 'over' }
    // Confirmed once, by this page in another tab: other codes must not take the place of those that are shown.
    if (pending.authenticator.lastStep !== null) return { outcome: 'confirmed' }
    const authenticator = confirmPending(pending.authenticator, typed, tx.now, parts.random)
    if (typeof authenticator === 'string') return { outcome: authenticator }
    await savePending(tx, parts.secrets, who.sessionId, { what: 'authenticator', authenticator })
    return { outcome: 'confirmed' }
  })
}

/**
 * Takes one of the new recovery codes, typed back, and with it what was begun becomes the account's: one transaction with
 * the end of all other sessions, the new token of this one, and the letter about it.
 */
export async function finishPending(
  parts: ProfileParts,
  organizationId: string,
  who: Changer,
  typed: string,
): Promise<AuthenticatorChanged> {
  return change(parts, organizationId, who, async (tx) => {
    const pending = await pendingIn(tx, parts.secrets, who.sessionId)
    if (!pending) return 'over'
    const judged = judgeKept(codesOf(pending), typed)
    if (judged !== 'kept') return judged
    await endPending(tx, who.sessionId)
    if (pending.what === 'authenticator')
      return bindPending(tx, parts.secrets, who.accountId, pending.authenticator)
    await replaceRecoveryCodes(tx, who.accountId, pending.codes)
    return 'codes'
  })
}

/** Takes the authenticator of somebody away, unless their organization asks for one. */
export async function takeAuthenticatorAway(
  parts: ProfileParts,
  organizationId: string,
  who: Changer,
): Promise<AuthenticatorChanged> {
  return change(parts, organizationId, who, async (tx) => {
    if ((await currentSettings(tx)).settings.recovery.authenticator === 'require') return 'required'
    if (!(await authenticatorOf(tx, who.accountId))) return 'over'
    await endPending(tx, who.sessionId)
    await removeAuthenticator(tx, who.accountId)
    return 'removed'
  })
}

/** The recovery codes that a session is shown; none before their key is confirmed. */
export function codesOf(pending: Pending): string[] {
  return pending.what === 'codes' ? pending.codes : pending.authenticator.codes
}

/** Makes a change under the account's lock, and all that belongs to it. */
async function change(
  parts: ProfileParts,
  organizationId: string,
  who: Changer,
  make: (tx: Transaction) => Promise<ChangeOfAuthenticator | 'malformed' | 'wrong' | 'required' | 'over'>,
): Promise<AuthenticatorChanged> {
  return withKnownChange(
    parts,
    organizationId,
    who.accountId,
    async (tx, id): Promise<AuthenticatorChanged> => {
      const held = await lockSignedIn(tx, who)
      if (!held) return { outcome: 'over' }
      const made = await make(tx)
      if (made === 'malformed' || made === 'wrong' || made === 'required' || made === 'over')
        return { outcome: made }
      const { account, session } = held
      await keepChange(tx, parts.random, account, {
        id,
        visitor: who.visitor,
        locale: who.locale,
        changed: 'authenticator',
        authenticator: made,
        letter: (about) => ({ name: 'authenticator-changed', data: { ...about, change: made } }),
      })
      const sessionsEnded = await endOtherSessions(tx, account.id, session.id)
      const sessionToken = await renewSession(tx, parts.random, session.id, session.authenticatedAt)
      await record(tx, parts.random, {
        kind: `authenticator.${made}`,
        outcome: 'success',
        origin: visitorOrigin(who.visitor, account.id),
        subjectId: account.id,
        detail: { sessionsEnded },
      })
      return { outcome: 'changed', change: made, sessionToken }
    },
  )
}
