import { admit } from '../access/admit.ts'
import {
  doOthersWait,
  endSignUp,
  lockSignUp,
  markRefreshed,
  signUpById,
  signUpLink,
  type SignUp,
} from '../accounts/signup-store.ts'
import { accountNamed } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { isDuplicate } from '../database/faults.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { enqueue } from '../delivery/outbox.ts'
import { tooManyWrongTokens } from '../limits/wrong-tokens.ts'
import { whyMayNotSignUp } from '../organizations/mail-domains.ts'
import { currentSettings } from '../organizations/store.ts'
import { isToken } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Visitor } from '../platform/visitor.ts'
import type { SignUpParts } from './parts.ts'

/** Why a link proves nothing any more. `used`: its mailbox is proven. */
export type DeadSignUp =
  'expired' | 'used' | 'overtaken' | 'replaced' | 'disowned' | 'no-longer-offered' | 'not-known'

interface Dead {
  outcome: 'dead'
  reason: DeadSignUp
}
interface TooMany {
  outcome: 'too-many'
  retryAfterSeconds: number
}
/** The sign-up as far as whoever holds its link may see it, to know it for theirs. */
interface Alive {
  outcome: 'alive'
  from: { at: Date; place: string; device: string }
  asksPassword: WhyPassword | null
}

/** Why the password is asked for: the link was opened in another browser, or sign-ups of several wait for the address. */
export type WhyPassword = 'elsewhere' | 'several'

/** Who presses a button on the link's page. */
export interface Presser {
  visitor: Visitor
  /** The cookie of a sign-up that was sent in with this browser. */
  askerToken: string | undefined
}

export type Verified =
  { outcome: 'verified' } | { outcome: 'asks-password' } | { outcome: 'wrong-password' } | Dead | TooMany

/** Tells how a link stands and changes nothing: mail scanners open links (TK-06). */
export async function examineVerification(
  parts: SignUpParts,
  organizationId: string,
  token: string,
  { visitor, askerToken }: Presser,
): Promise<Alive | Dead | TooMany> {
  const state = await withOrganization(parts.database, organizationId, async (tx): Promise<Alive | Dead> => {
    const found = await ofLink(tx, token, signUpById)
    const dead = await whyDead(tx, found)
    if (dead || !found) return dead ?? NOT_KNOWN
    const { createdAt: at, address: place, device } = found.signUp
    const isOwn = isOfBrowser(found.signUp, askerToken)
    const asksPassword = isOwn ? null : (await doOthersWait(tx, found.signUp)) ? 'several' : 'elsewhere'
    return { outcome: 'alive', from: { at, place, device }, asksPassword }
  })
  return (await tooManyWrongTokens(parts, state, visitor)) ?? state
}

/**
 * Proves the mailbox and makes the account, in one transaction, of this sign-up alone: all others of the address are over.
 * The link may lie in the mailbox because of a stranger, and one press, by a person who was told to sign up or by a program
 * that reads their mail, would give the stranger's password an account in this person's name: so whoever did not sign up in
 * this browser types the password that they chose.
 */
export async function verifyEmail(
  parts: SignUpParts,
  organizationId: string,
  { token, password }: { token: string; password: string },
  presser: Presser,
): Promise<Verified> {
  const asked = await withOrganization(parts.database, organizationId, async (tx) => {
    const found = await ofLink(tx, token, signUpById)
    const dead = await whyDead(tx, found)
    if (dead || !found) return dead ?? NOT_KNOWN
    const hash = isOfBrowser(found.signUp, presser.askerToken) ? null : found.signUp.passwordHash
    return { outcome: 'alive' as const, hash }
  })
  if (asked.outcome === 'dead') return (await tooManyWrongTokens(parts, asked, presser.visitor)) ?? asked
  if (asked.hash !== null) {
    if (password === '') return { outcome: 'asks-password' }
    const spent = await parts.limits.spend('wrong-tokens-per-address', presser.visitor.network)
    if (!spent.allowed) return { outcome: 'too-many', retryAfterSeconds: spent.retryAfterSeconds }
    const giveBack = () => parts.limits.giveBack('wrong-tokens-per-address', presser.visitor.network)
    const isRight = await parts.hasher.verify(asked.hash, password).catch(async (error: unknown) => {
      // A busy server judged nothing: it must not run out an office's tries.
      await giveBack().catch(() => undefined)
      throw error
    })
    if (!isRight) return { outcome: 'wrong-password' }
    await giveBack()
  }
  const once = () =>
    withOrganization(parts.database, organizationId, (tx) => takeIn(parts, tx, token, presser.visitor))
  try {
    return await once()
  } catch (error) {
    // An administrator made the account in the same moment; the second time it is there.
    if (isDuplicate(error)) return once()
    throw error
  }
}

/** "I did not sign up": whoever holds the mail ends that sign-up, and nothing else. */
export async function disownSignUp(
  parts: SignUpParts,
  organizationId: string,
  token: string,
  visitor: Visitor,
): Promise<{ outcome: 'disowned' } | Dead | TooMany> {
  const state = await withOrganization(parts.database, organizationId, async (tx) => {
    const found = await ofLink(tx, token, lockSignUp)
    if (!found) return NOT_KNOWN
    const { signUp } = found
    // One whose link has expired is still there to be ended.
    if (signUp.ending) return dead(reasonOf(signUp.ending))
    await endSignUp(tx, signUp.id, 'disowned')
    await record(tx, parts.random, {
      kind: 'sign-up.disowned',
      outcome: 'success',
      origin: visitorOrigin(visitor),
      detail: { signUp: signUp.id },
    })
    return { outcome: 'disowned' as const }
  })
  return (await tooManyWrongTokens(parts, state, visitor)) ?? state
}

/**
 * Sends a fresh link to whoever holds an expired genuine one; the first time outside of what the mailbox may get in an
 * hour. Null when there is nothing to send it for.
 */
export async function refreshVerification(
  parts: SignUpParts,
  organizationId: string,
  token: string,
  visitor: Visitor,
): Promise<{ outcome: 'asked' } | TooMany | null> {
  const spent = await parts.limits.spend('recovery-requests-per-address', visitor.network)
  if (!spent.allowed) return { outcome: 'too-many', retryAfterSeconds: spent.retryAfterSeconds }
  return withOrganization(parts.database, organizationId, async (tx) => {
    const found = await ofLink(tx, token, lockSignUp)
    if (!found || (await whyDead(tx, found))?.reason !== 'expired') return null
    const { id: signUpId, refreshed, locale } = found.signUp
    if (!refreshed) await markRefreshed(tx, signUpId)
    await enqueue(tx, parts.random, {
      name: 'verify-email',
      to: null,
      locale,
      data: refreshed ? { signUpId } : { signUpId, isGranted: true },
    })
    return { outcome: 'asked' }
  })
}

const NOT_KNOWN: Dead = { outcome: 'dead', reason: 'not-known' }

async function takeIn(
  parts: SignUpParts,
  tx: Transaction,
  token: string,
  visitor: Visitor,
): Promise<{ outcome: 'verified' } | Dead> {
  const seen = await ofLink(tx, token, signUpById)
  const before = await whyDead(tx, seen)
  if (before || !seen) return before ?? NOT_KNOWN
  const { id, emailCanonical: email } = seen.signUp
  if (await admit(parts, tx, { email, signUpId: id, visitor })) return { outcome: 'verified' }
  // Another was first: why, its lock has waited for.
  const after = await whyDead(tx, await ofLink(tx, token, signUpById))
  await record(tx, parts.random, {
    kind: 'sign-up.refused',
    outcome: 'refused',
    origin: visitorOrigin(visitor),
    detail: { signUp: id, reason: after?.reason ?? 'overtaken' },
  })
  return after ?? dead('overtaken')
}

interface Found {
  signUp: SignUp
  linkExpiresAt: Date
}

async function ofLink(tx: Transaction, token: string, read: typeof signUpById): Promise<Found | null> {
  const link = isToken(token) ? await signUpLink(tx, token) : null
  const signUp = link && (await read(tx, link.signUpId))
  // What waited for too long is gone, whether or not it is deleted yet.
  return signUp && tx.now < signUp.expiresAt ? { signUp, linkExpiresAt: link.expiresAt } : null
}

async function whyDead(tx: Transaction, found: Found | null): Promise<Dead | null> {
  if (!found) return NOT_KNOWN
  const { signUp, linkExpiresAt } = found
  if (signUp.ending) return dead(reasonOf(signUp.ending))
  if (await accountNamed(tx, { kind: 'email', canonical: signUp.emailCanonical })) return dead('overtaken')
  const { signUp: settings } = (await currentSettings(tx)).settings
  if (whyMayNotSignUp(settings, signUp.emailCanonical)) return dead('no-longer-offered')
  return tx.now < linkExpiresAt ? null : dead('expired')
}

function dead(reason: DeadSignUp): Dead {
  return { outcome: 'dead', reason }
}

function reasonOf(ending: NonNullable<SignUp['ending']>): DeadSignUp {
  return ending === 'verified' ? 'used' : ending
}

/** Whether this browser sent the sign-up in, or knew its password since. */
function isOfBrowser({ askedByHash }: SignUp, askerToken: string | undefined): boolean {
  return askerToken !== undefined && askedByHash.equals(hashToken(askerToken))
}
