import { changeContact } from '../access/contact-change.ts'
import { withKnownChange } from '../access/known-change.ts'
import { verifiedEmail } from '../accounts/account.ts'
import { canonicalEmail } from '../accounts/identifiers.ts'
import { accountById, accountNamed } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { isDuplicate } from '../database/faults.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { tooManyWrongTokens } from '../limits/wrong-tokens.ts'
import { whyAddressRefused } from '../organizations/mail-domains.ts'
import { currentSettings } from '../organizations/store.ts'
import { isToken } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Visitor } from '../platform/visitor.ts'
import { contactSecret, endPendingContact, pendingContact } from './contact-store.ts'
import { holdContact, whyContactIsOver, type ContactOver, type HeldContact } from './held-contact.ts'
import type { ProfileParts } from './parts.ts'

/**
 * Why a link confirms nothing, or not here. `not-accepted`: the organization takes no such address since. `signed-out`: a
 * first address is confirmed only where its person is signed in.
 */
export type DeadConfirmation = Exclude<ContactOver, 'confirmed'> | 'not-accepted' | 'not-known' | 'signed-out'

/** How the link of a new address stands. Whoever holds it may see where it was asked for, to know it for theirs. */
export type Confirmation =
  | { outcome: 'open'; from: { at: Date; place: string; device: string } }
  | { outcome: 'confirmed' }
  | { outcome: 'dead'; reason: DeadConfirmation }
  | { outcome: 'too-many'; retryAfterSeconds: number }

/** The browser in which a link is opened; `actorId` for who is signed in there. */
interface Confirmer {
  visitor: Visitor
  actorId: string | undefined
}

type Standing = Exclude<Confirmation, { outcome: 'too-many' }>

const NOT_KNOWN = { outcome: 'dead', reason: 'not-known' } as const

/** Tells how a link stands and changes nothing: mail scanners open links (TK-06). */
export async function examineConfirmation(
  parts: ProfileParts,
  organizationId: string,
  token: string,
  by: Confirmer,
): Promise<Confirmation> {
  const standing = await withOrganization(parts.database, organizationId, async (tx) =>
    standingOf(tx, await ofLink(tx, token, readContact), by),
  )
  return (await tooManyWrongTokens(parts, standing, by.visitor)) ?? standing
}

/**
 * Makes an address whose mailbox is proven the account's, in whatever browser: mail is read on a phone. The link proves the
 * mailbox; the account was proven when the address was asked for, and has not changed since. Of a first address no other
 * mailbox is told, so it takes a browser that is signed in besides: a mistyped one is a stranger's.
 */
export async function confirmEmail(
  parts: ProfileParts,
  organizationId: string,
  token: string,
  by: Confirmer & { locale: string },
): Promise<Confirmation> {
  const seen = await withOrganization(parts.database, organizationId, (tx) => ofLink(tx, token, readContact))
  const once = async (): Promise<Standing> =>
    seen
      ? withKnownChange(parts, organizationId, seen.held.account.id, async (tx, id) =>
          confirm(parts, tx, await ofLink(tx, token, holdContact), { ...by, id }),
        )
      : NOT_KNOWN
  // Another account took the address in the same moment; the second time that is seen.
  const standing = await once().catch((error: unknown) => {
    if (isDuplicate(error)) return once()
    throw error
  })
  return (await tooManyWrongTokens(parts, standing, by.visitor)) ?? standing
}

async function confirm(
  parts: ProfileParts,
  tx: Transaction,
  found: Found | null,
  by: Confirmer & { id: string; locale: string },
): Promise<Standing> {
  const before = await standingOf(tx, found, by)
  if (before.outcome !== 'open' || !found) return before
  const { pending, account } = found.held
  const { id: pendingId, value } = pending
  const holder = await accountNamed(tx, { kind: 'email', canonical: canonicalEmail(value) })
  if (holder && holder.id !== account.id) {
    await endPendingContact(tx, pendingId, 'taken')
    await record(tx, parts.random, {
      kind: 'contact.refused',
      outcome: 'refused',
      origin: visitorOrigin(by.visitor),
      subjectId: account.id,
      detail: { pending: pendingId, contact: 'email', reason: 'taken' },
    })
    return { outcome: 'dead', reason: 'taken' }
  }
  await endPendingContact(tx, pendingId, 'confirmed')
  const change = await changeContact(tx, parts.random, account, { ...by, kind: 'email', value })
  await record(tx, parts.random, {
    kind: `email.${change}`,
    outcome: 'success',
    // Whoever reads the mailbox: in a browser where nobody is signed in nobody has proven more.
    origin: visitorOrigin(by.visitor, by.actorId === account.id ? account.id : null),
    subjectId: account.id,
    detail: { change: by.id },
  })
  return { outcome: 'confirmed' }
}

interface Found {
  held: HeldContact
  linkExpiresAt: Date
}

async function ofLink(tx: Transaction, token: string, read: typeof holdContact): Promise<Found | null> {
  const link = isToken(token) ? await contactSecret(tx, hashToken(token)) : null
  const held = link && (await read(tx, link.pendingId))
  return link && held?.pending.kind === 'email' ? { held, linkExpiresAt: link.expiresAt } : null
}

async function readContact(tx: Transaction, id: string): Promise<HeldContact | null> {
  const pending = await pendingContact(tx, id)
  const account = pending && (await accountById(tx, pending.accountId))
  return account && { pending, account }
}

async function standingOf(
  tx: Transaction,
  found: Found | null,
  { actorId }: Pick<Confirmer, 'actorId'>,
): Promise<Standing> {
  if (!found) return NOT_KNOWN
  const { held, linkExpiresAt } = found
  const { signUp } = (await currentSettings(tx)).settings
  const over =
    whyContactIsOver(tx, held) ??
    (tx.now < linkExpiresAt ? null : 'expired') ??
    (whyAddressRefused(signUp, canonicalEmail(held.pending.value)) ? 'not-accepted' : null)
  if (over === 'confirmed') return { outcome: 'confirmed' }
  if (over) return { outcome: 'dead', reason: over }
  if (!verifiedEmail(held.account) && actorId !== held.account.id)
    return { outcome: 'dead', reason: 'signed-out' }
  const { sentForAt: at, address: place, device } = held.pending
  return { outcome: 'open', from: { at, place, device } }
}
