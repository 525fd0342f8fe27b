import { newUntil, verifiedEmail, type Account } from '../accounts/account.ts'
import type { Transaction } from '../database/transaction.ts'
import { enqueue } from '../delivery/outbox.ts'
import { currentSettings } from '../organizations/store.ts'
import { spendMail } from './allowance.ts'
import type { RecoveryParts } from './parts.ts'
import { mailboxWaiting } from './from-sign-up.ts'
import { holdAttempt } from './in-hand.ts'
import { identifierOf, nobodyAsking, startAttempt, type Asking } from './start.ts'
import type { StoredAttempt } from './store.ts'
import { offeredLink } from './strategies/index.ts'

/**
 * Tells by mail what no page may: that the code a person asked for does not come. Where the organization offers links too,
 * the mail is one, of a recovery of its own; else it says whom to ask. Nothing for who has no verified address.
 */
export async function sendLinkInstead(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: StoredAttempt,
  account: Account,
): Promise<void> {
  const to = verifiedEmail(account)
  if (!to) return
  const settings = await currentSettings(tx)
  const link = offeredLink(parts, settings.settings.recovery)
  if (link && newUntil(account, 'email', tx.now)) return tellTooNew(parts, tx, attempt, account)
  if (!link) {
    // Whoever asks in a loop must not fill a mailbox with this either.
    if (!(await spendMail(parts, tx, account, null))) return
    await enqueue(tx, parts.random, {
      name: 'code-not-sent',
      to,
      locale: account.locale ?? attempt.asked.locale,
      data: { accountId: account.id },
    })
    return
  }
  await startAttempt(parts, tx, {
    ...anew(parts, attempt),
    settings,
    method: link.id,
    granted: { origin: 'code-not-sent', person: account },
  })
}

/** Tells a person who asked for a link why none comes: their address is new, and until when, and whom to ask meanwhile. */
export async function tellTooNew(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: StoredAttempt,
  account: Account,
): Promise<void> {
  const to = verifiedEmail(account)
  const until = newUntil(account, 'email', tx.now)
  if (!to || !until || !(await spendMail(parts, tx, account, null))) return
  await enqueue(tx, parts.random, {
    name: 'address-too-new',
    to,
    locale: account.locale ?? attempt.asked.locale,
    data: { accountId: account.id, until: until.toISOString() },
  })
}

/** Like `sendLinkInstead`, for who signed up and never proved the mailbox: no code goes to a number that nobody has confirmed. */
export async function sendLinkToSignUp(
  parts: RecoveryParts,
  tx: Transaction,
  attempt: StoredAttempt,
): Promise<void> {
  const settings = await currentSettings(tx)
  const link = offeredLink(parts, settings.settings.recovery)
  if (!link || !(await mailboxWaiting(parts, tx, attempt, settings.settings))) return
  await startAttempt(parts, tx, { ...anew(parts, attempt), settings, method: link.id })
}

/** What an attempt was begun with, but for the browser that asked: it stays where it is, for it may be a stranger's. */
function anew(parts: RecoveryParts, attempt: StoredAttempt): { identifier: string; asking: Asking } {
  const { address: place, device, locale } = attempt.asked
  return { identifier: identifierOf(parts, attempt), asking: nobodyAsking(locale, { place, device }) }
}

/** A code that was handed over and did not arrive: the person is told as if it had never gone out. */
export async function onCodeLost(parts: RecoveryParts, tx: Transaction, attemptId: string): Promise<void> {
  const held = await holdAttempt(tx, attemptId)
  if (held?.account?.state !== 'active' || held.attempt.step !== 'proving') return
  await sendLinkInstead(parts, tx, held.attempt, held.account)
}
