import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import {
  authenticatorOf,
  countFactorTry,
  isFactor,
  spendFactor,
  type FactorProof,
} from '../credentials/authenticator-store.ts'
import { passwordOf } from '../credentials/store.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { hashToken } from '../platform/secrets.ts'
import { isFresh, type Session } from '../sessions/session.ts'
import { renewSession } from '../sessions/store.ts'
import type { ProfileParts } from './parts.ts'

/**
 * What a page that changes something sensitive asks for besides its own fields: the password, and the authenticator of who
 * has one, when the last proof is older than ten minutes; and what it asks for always.
 */
export type StepUp = true | { always: 'password' | 'everything' }

/** What is asked for now, as the fields show it. */
export interface AskedAgain {
  wanted: StepUp
  /** Null where no code is asked for. */
  authenticator: { codesLeft: number } | null
}

/** What somebody who is signed in proves themselves with once more. */
export interface ProofAgain extends SignedIn {
  wanted: StepUp
  password: string
  /** A code of the authenticator or a recovery code; null where none was asked for. */
  factor: string | null
}

/** `over`: the session is not there any more. `renewed` is null where only a part was asked for, which makes nothing fresh. */
export type SteppedUp =
  | { outcome: 'proven'; renewed: { token: string; session: Session } | null }
  | { outcome: 'wrong-password' }
  | { outcome: 'wrong-factor' }
  | { outcome: 'malformed-factor' }
  | { outcome: 'asks-factor' }
  | { outcome: 'over' }
  | { outcome: 'too-many'; retryAfterSeconds: number }

/** What is asked for now of who has this session; null: nothing. */
export async function askedOf(tx: Transaction, session: Session, wanted: StepUp): Promise<AskedAgain | null> {
  const fresh = isFresh(session, tx.now)
  if (fresh && wanted === true) return null
  const onlyPassword = fresh && wanted !== true && wanted.always === 'password'
  return { wanted, authenticator: onlyPassword ? null : await authenticatorOf(tx, session.accountId) }
}

/**
 * Proves again who is signed in, before a sensitive change (ASVS 7.5.1): a session may be stolen, or left open. Tries are
 * counted before they are judged, by the session, so that a thief's does not block its person's; those at the authenticator
 * by its own counter. A code is not looked at before the password is right, so that a thief without it burns none. The
 * session goes on under a new token (ASVS 7.2.4).
 */
export async function stepUp(
  parts: ProfileParts,
  organizationId: string,
  proof: ProofAgain,
): Promise<SteppedUp> {
  const tries = await parts.limits.spend('step-ups-per-session', organizationId, proof.sessionId)
  if (!tries.allowed) return { outcome: 'too-many', retryAfterSeconds: tries.retryAfterSeconds }
  const giveBack = () => parts.limits.giveBack('step-ups-per-session', organizationId, proof.sessionId)
  let steppedUp: SteppedUp
  try {
    steppedUp = await prove(parts, organizationId, proof)
  } catch (error) {
    // Nothing was judged, so nobody failed.
    await giveBack().catch(() => undefined)
    throw error
  }
  // The session has its new token already: that a try could not be given back must not cost the person their cookie.
  if (steppedUp.outcome === 'proven') await giveBack().catch(() => undefined)
  return steppedUp
}

async function prove(parts: ProfileParts, organizationId: string, proof: ProofAgain): Promise<SteppedUp> {
  const within = <Result>(work: (tx: Transaction) => Promise<Result>) =>
    withOrganization(parts.database, organizationId, work)
  const inForce = await within(async (tx) => (await passwordOf(tx, proof.accountId))?.hash ?? null)
  if (!(await parts.hasher.verify(inForce, proof.password))) {
    await within((tx) => recordRefusal(parts, tx, proof, 'password'))
    return { outcome: 'wrong-password' }
  }
  if (proof.factor !== null) {
    if (!isFactor(proof.factor)) return { outcome: 'malformed-factor' }
    const counted = await within((tx) => countFactorTry(tx, proof.accountId, 'step-up'))
    if (!counted.allowed) return { outcome: 'too-many', retryAfterSeconds: counted.retryAfterSeconds }
  }
  return within((tx) => judge(parts, tx, proof, inForce))
}

async function judge(
  parts: ProfileParts,
  tx: Transaction,
  proof: ProofAgain,
  verified: string | null,
): Promise<SteppedUp> {
  const held = await lockSignedIn(tx, proof)
  if (!held) return { outcome: 'over' }
  const { account, session } = held
  if ((await passwordOf(tx, account.id))?.hash !== verified) return { outcome: 'wrong-password' }
  // More may be asked than when the page was: ten minutes went by, or there is an authenticator now.
  if (proof.factor === null && (await askedOf(tx, session, proof.wanted))?.authenticator)
    return { outcome: 'asks-factor' }
  const spent = proof.factor === null ? null : await spendFactor(tx, parts.secrets, account.id, proof.factor)
  if (proof.factor !== null && !spent) {
    await recordRefusal(parts, tx, proof, 'authenticator')
    return { outcome: 'wrong-factor' }
  }
  const factors: ('password' | FactorProof)[] = spent ? ['password', spent.proof] : ['password']
  await record(tx, parts.random, {
    kind: 'step-up.passed',
    outcome: 'success',
    origin: visitorOrigin(proof.visitor, account.id),
    subjectId: account.id,
    detail: { factors: factors.join(', ') },
  })
  // Who has an authenticator is fresh by both proofs or by none: else the password alone would do for ever.
  if (!spent && (await authenticatorOf(tx, account.id))) return { outcome: 'proven', renewed: null }
  const token = await renewSession(tx, parts.random, session.id, tx.now)
  const renewed = { ...session, tokenHash: hashToken(token), authenticatedAt: tx.now }
  return { outcome: 'proven', renewed: { token, session: renewed } }
}

async function recordRefusal(
  parts: ProfileParts,
  tx: Transaction,
  { accountId, visitor }: SignedIn,
  factor: 'password' | 'authenticator',
): Promise<void> {
  await record(tx, parts.random, {
    kind: 'step-up.refused',
    outcome: 'refused',
    origin: visitorOrigin(visitor, accountId),
    subjectId: accountId,
    detail: { factor },
  })
}
