import { addSignUp, handWaitingTo } from '../accounts/signup-store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { enqueue } from '../delivery/outbox.ts'
import { currentSettings } from '../organizations/store.ts'
import type { Organization } from '../organizations/organization.ts'
import { isToken, newId, newToken } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Visitor } from '../platform/visitor.ts'
import { judgeSignUp, type SignUpFacts, type SignUpProblems, type TypedSignUp } from './judge.ts'
import type { SignUpParts } from './parts.ts'

/** The browser in which somebody signs up. */
export interface SigningUp {
  visitor: Visitor
  locale: string
  /** The cookie of a sign-up that it sent in before. */
  askerToken: string | undefined
}

export type SignedUp =
  | { outcome: 'signed-up'; askerToken: string }
  | { outcome: 'refused'; problems: SignUpProblems }
  | { outcome: 'closed' }
  | { outcome: 'too-many'; retryAfterSeconds: number }

/**
 * Takes a sign-up. Nobody is looked up here: a row and a message, and the worker finds out whether the address has an
 * account. So the answer and the time are the same for everyone by construction (EN-05). A form that is refused is no
 * sign-up; but judging a password is work too, of which one network gets only so much. Throws `Unavailable` when the hasher
 * is busy, and then nothing was stored.
 */
export async function signUp(
  parts: SignUpParts,
  organization: Organization,
  typed: TypedSignUp,
  from: SigningUp,
): Promise<SignedUp> {
  const { settings } = await withOrganization(parts.database, organization.id, currentSettings)
  if (settings.signUp.mode === 'closed') return { outcome: 'closed' }
  const { network } = from.visitor
  const forms = await parts.limits.spend('sign-up-forms-per-address', network)
  if (!forms.allowed) return { outcome: 'too-many', retryAfterSeconds: forms.retryAfterSeconds }
  const judged = judgeSignUp(organization, settings, typed)
  if ('problems' in judged) return { outcome: 'refused', ...judged }
  const spent = await parts.limits.spend('sign-ups-per-address', network)
  if (!spent.allowed) return { outcome: 'too-many', retryAfterSeconds: spent.retryAfterSeconds }
  const passwordHash = await parts.hasher.hash(typed.password).catch(async (error: unknown) => {
    // A busy server must not run out what an office may sign up.
    await parts.limits.giveBack('sign-ups-per-address', network).catch(() => undefined)
    throw error
  })
  const askerToken = newToken(parts.random)
  await withOrganization(parts.database, organization.id, (tx) =>
    keep(parts, tx, { ...judged.facts, passwordHash, askerToken }, from),
  )
  return { outcome: 'signed-up', askerToken }
}

async function keep(
  parts: SignUpParts,
  tx: Transaction,
  { askerToken, ...facts }: SignUpFacts & { passwordHash: string; askerToken: string },
  { visitor, locale, askerToken: earlier }: SigningUp,
): Promise<void> {
  const id = newId(parts.random, tx.now)
  // It replaces none yet: its own mail may never leave, and then the links that are out are all that the person has.
  if (earlier && isToken(earlier)) await handWaitingTo(tx, earlier, askerToken)
  await addSignUp(tx, {
    ...facts,
    id,
    askedByHash: hashToken(askerToken),
    address: visitor.place,
    device: visitor.device,
    locale,
  })
  await enqueue(tx, parts.random, { name: 'verify-email', to: null, locale, data: { signUpId: id } })
  await record(tx, parts.random, {
    kind: 'sign-up.requested',
    outcome: 'success',
    origin: visitorOrigin(visitor),
    // Keyed: until the mailbox is proven this is only what somebody typed.
    detail: { signUp: id, identifier: parts.secrets.keyedHash('audit identifier', facts.emailCanonical) },
  })
}
