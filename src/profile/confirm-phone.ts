import { changeContact } from '../access/contact-change.ts'
import { withKnownChange } from '../access/known-change.ts'
import { lockSignedIn } from '../access/signed-in.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { isSmsCode } from '../credentials/sms-code.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { Changer } from './authenticator.ts'
import { contactSecret, contactWaiting, countCodeTry, endPendingContact } from './contact-store.ts'
import { phoneCodeHashes } from './deliver-contact.ts'
import { holdContact, whyContactIsOver } from './held-contact.ts'
import type { ProfileParts } from './parts.ts'

/** Of one code; the next one has as many again (NIST SP 800-63B-4 §3.2.2). */
export const MOST_CODE_TRIES = 5

/** `over`: the session is gone, or nothing waits any more. */
export type PhoneConfirmed =
  { outcome: 'confirmed' | 'malformed' | 'expired' | 'over' } | { outcome: 'wrong'; triesLeft: number }

/**
 * Judges the code that was sent to a new number, and makes the number the account's. The try is counted and committed
 * first, so that of many sent at once no more are judged than may be (CWE-362).
 */
export async function confirmPhone(
  parts: ProfileParts,
  organizationId: string,
  who: Changer,
  typed: string,
): Promise<PhoneConfirmed> {
  if (!isSmsCode(typed)) return { outcome: 'malformed' }
  const counted = await withOrganization(parts.database, organizationId, (tx) => countTry(tx, who))
  if ('outcome' in counted) return counted
  return withKnownChange(parts, organizationId, who.accountId, (tx, id) =>
    judge(parts, tx, { ...who, id }, { ...counted, typed }),
  )
}

interface CountedTry {
  pendingId: string
  triesLeft: number
}

async function countTry(tx: Transaction, who: Changer): Promise<CountedTry | PhoneConfirmed> {
  const held = await lockSignedIn(tx, who)
  const pending = held && (await contactWaiting(tx, held.account, 'phone'))
  if (!pending) return { outcome: 'over' }
  const tries = await countCodeTry(tx, pending.id, MOST_CODE_TRIES)
  if (tries === null) return { outcome: 'wrong', triesLeft: 0 }
  return { pendingId: pending.id, triesLeft: MOST_CODE_TRIES - tries }
}

async function judge(
  parts: ProfileParts,
  tx: Transaction,
  who: Changer & { id: string },
  { pendingId, triesLeft, typed }: CountedTry & { typed: string },
): Promise<PhoneConfirmed> {
  const signedIn = await lockSignedIn(tx, who)
  const held = signedIn && (await holdContact(tx, pendingId))
  if (!held || whyContactIsOver(tx, held)) return { outcome: 'over' }
  const secret = await contactSecret(tx, ...phoneCodeHashes(parts, pendingId, typed))
  if (secret?.pendingId !== pendingId) return { outcome: 'wrong', triesLeft }
  if (tx.now >= secret.expiresAt) return { outcome: 'expired' }
  const { account, pending } = held
  await endPendingContact(tx, pendingId, 'confirmed')
  const { id, visitor, locale } = who
  const made = { id, kind: 'phone', value: pending.value, visitor, locale } as const
  const change = await changeContact(tx, parts.random, account, made)
  await record(tx, parts.random, {
    kind: `phone.${change}`,
    outcome: 'success',
    origin: visitorOrigin(visitor, account.id),
    subjectId: account.id,
    detail: { change: id },
  })
  return { outcome: 'confirmed' }
}
