import { withKnownChange } from '../access/known-change.ts'
import { judgementFor, judgeNewPassword, replacePassword } from '../access/new-password.ts'
import { acceptTerms, termsToAccept } from '../access/terms.ts'
import { accountById, lockAccount } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { readInitialPassword } from '../credentials/initial-password.ts'
import { initialPasswordOf, type FirstUse } from '../credentials/initial-store.ts'
import type { PasswordProblem } from '../credentials/password-policy.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { hashToken } from '../platform/secrets.ts'
import { deviceHash } from '../sessions/devices-store.ts'
import { enter, type Browser, type OpenedSession } from './enter.ts'
import { accountHalfWay } from './half-way.ts'
import type { SignInParts } from './parts.ts'

/** What a person sees who chooses their own password: whose it will be, and whether somebody was here before them. */
export interface FirstPasswordAsked {
  username: string
  /** Null: whoever runs the server. An administrator who is there no more has no name. */
  madeBy: { fullName: string | null } | null
  madeAt: Date
  /** Null where it was this browser. */
  usedElsewhere: FirstUse | null
  /** Null where there are none to agree to. */
  termsUrl: string | null
}

/** An own password as it was typed. */
export interface OwnPassword extends Browser {
  password: string
  hasAcceptedTerms: boolean
  locale: string
}

/** `over`: there is no half-done sign-in, or no more; the initial password comes first. */
export type FirstPassword =
  | ({ outcome: 'signed-in' } & OpenedSession)
  | { outcome: 'refused'; problems: PasswordProblem[]; isTermsMissing: boolean }
  | { outcome: 'over' }
  | { outcome: 'too-many'; retryAfterSeconds: number }

/** What the browser's half-done sign-in is about; null when it has none that an own password finishes. Reads only. */
export async function firstPasswordAskedFor(
  parts: SignInParts,
  organizationId: string,
  { halfToken, deviceToken }: Pick<Browser, 'halfToken' | 'deviceToken'>,
): Promise<FirstPasswordAsked | null> {
  return withOrganization(parts.database, organizationId, async (tx) => {
    const account = await accountHalfWay(tx, halfToken, 'initial-password', accountById)
    const initial = account && (await initialPasswordOf(tx, account.id))
    if (!initial) return null
    const { madeAt, madeBy, firstUse } = initial
    const here = deviceHash(tx.organizationId, deviceToken)
    const wasHere = here !== null && firstUse?.browserHash.equals(here) === true
    return {
      username: account.username ?? account.fullName,
      madeBy: madeBy === null ? null : { fullName: (await accountById(tx, madeBy))?.fullName ?? null },
      madeAt,
      usedElsewhere: wasHere ? null : firstUse,
      termsUrl: (await termsToAccept(tx, account))?.url ?? null,
    }
  })
}

/**
 * Finishes a sign-in with an initial password: the own one takes its place, every session and all that was half done ends,
 * and a session is opened, in one transaction. Of two people who choose at once one is let in, and the other begins anew.
 */
export async function chooseFirstPassword(
  parts: SignInParts,
  organizationId: string,
  own: OwnPassword,
): Promise<FirstPassword> {
  const asked = await withOrganization(parts.database, organizationId, async (tx) => {
    const account = await accountHalfWay(tx, own.halfToken, 'initial-password', accountById)
    const initial = account && (await initialPasswordOf(tx, account.id))
    return (
      initial && {
        account,
        initial,
        judgement: await judgementFor(tx, account),
        asksTerms: (await termsToAccept(tx, account)) !== null,
      }
    )
  })
  if (!asked) return { outcome: 'over' }
  const { account, initial, judgement, asksTerms } = asked
  const rules = { ...judgement, policy: { ...judgement.policy, notLast: false } }
  const problems = await judgeNewPassword(parts.hasher, rules, own.password)
  const isTermsMissing = asksTerms && !own.hasAcceptedTerms
  if (problems.length > 0 || isTermsMissing) return { outcome: 'refused', problems, isTermsMissing }
  // From here on each try costs hashes; only those that fail count.
  const halfway = hashToken(own.halfToken ?? '').toString('base64url')
  const tries = await parts.limits.spend('first-passwords-per-sign-in', organizationId, halfway)
  if (!tries.allowed) return { outcome: 'too-many', retryAfterSeconds: tries.retryAfterSeconds }
  const giveBack = () => parts.limits.giveBack('first-passwords-per-sign-in', organizationId, halfway)
  let chosen: FirstPassword
  try {
    chosen = await choose(parts, organizationId, own, { accountId: account.id, initialHash: initial.hash })
  } catch (error) {
    // Nothing was judged, so nobody failed.
    await giveBack().catch(() => undefined)
    throw error
  }
  // The session is open already: that a try could not be given back must not cost the person its cookies.
  if (chosen.outcome === 'signed-in') await giveBack().catch(() => undefined)
  return chosen
}

async function choose(
  parts: SignInParts,
  organizationId: string,
  own: OwnPassword,
  { accountId, initialHash }: { accountId: string; initialHash: string },
): Promise<FirstPassword> {
  // Whatever the organization's rules say: it was on paper, and in somebody else's hands.
  const asInitial = readInitialPassword(own.password)
  if (asInitial !== null && (await parts.hasher.verify(initialHash, asInitial)))
    return { outcome: 'refused', problems: ['last'], isTermsMissing: false }
  const hash = await parts.hasher.hash(own.password)
  return withKnownChange(parts, organizationId, accountId, (tx, id) => replace(parts, tx, own, { id, hash }))
}

async function replace(
  parts: SignInParts,
  tx: Transaction,
  own: OwnPassword,
  made: { id: string; hash: string },
): Promise<FirstPassword> {
  const account = await accountHalfWay(tx, own.halfToken, 'initial-password', lockAccount)
  if (!account) return { outcome: 'over' }
  const { visitor, locale } = own
  const terms = own.hasAcceptedTerms ? await acceptTerms(tx, account) : null
  await replacePassword(parts, tx, account, { ...made, visitor, locale })
  await record(tx, parts.random, {
    kind: 'password.changed',
    outcome: 'success',
    origin: visitorOrigin(visitor, account.id),
    subjectId: account.id,
    ...(terms === null ? {} : { detail: { terms } }),
  })
  return { outcome: 'signed-in', ...(await enter(parts, tx, account, ['initial-password'], own)) }
}
