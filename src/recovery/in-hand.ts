import type { Account } from '../accounts/account.ts'
import { accountById, lockAccount } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import { isToken } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import { transition, type Attempt, type AttemptEvent } from './attempt.ts'
import {
  attemptById,
  issuedSecret,
  lockAttempt,
  saveAttempt,
  type IssuedSecret,
  type StoredAttempt,
} from './store.ts'

/** An attempt together with the account that it is for, where that is known. */
export interface AttemptInHand {
  attempt: StoredAttempt
  account: Account | null
}

/** Reads an attempt and its account. */
export async function readAttempt(tx: Transaction, id: string): Promise<AttemptInHand | null> {
  const attempt = await attemptById(tx, id)
  return attempt && { attempt, account: attempt.person && (await accountById(tx, attempt.person.accountId)) }
}

/**
 * Reads an attempt and its account and holds both until the transaction ends. The account is always locked before any
 * of its attempts: one order everywhere, so that two recoveries of one person never wait for each other.
 */
export async function holdAttempt(tx: Transaction, id: string): Promise<AttemptInHand | null> {
  const seen = await attemptById(tx, id)
  const account = seen?.person ? await lockAccount(tx, seen.person.accountId) : null
  const attempt = seen && (await lockAttempt(tx, id))
  return attempt && { attempt, account }
}

/** The attempt of a link, by the token in it, read or held; null for a token that was never sent, or too long ago. */
export async function attemptOfLink(
  tx: Transaction,
  token: string,
  read: typeof readAttempt,
): Promise<(AttemptInHand & { secret: IssuedSecret }) | null> {
  const secret = isToken(token) ? await issuedSecret(tx, hashToken(token)) : null
  const found = secret && (await read(tx, secret.attemptId))
  return found && { ...found, secret }
}

/** Moves an attempt that this transaction holds and saves it. Returns it as it is now; null when that was out of step. */
export async function tryMove(
  tx: Transaction,
  attempt: Attempt,
  event: AttemptEvent,
): Promise<Attempt | null> {
  const moved = transition(attempt, event, tx.now)
  if (moved) await saveAttempt(tx, moved)
  return moved
}

/** Like `tryMove`, where the caller knows the step. Throws when it is out of step, which is a bug. */
export async function move(tx: Transaction, attempt: Attempt, event: AttemptEvent): Promise<Attempt> {
  const moved = await tryMove(tx, attempt, event)
  if (!moved) throw new Error(`"${event.name}" is out of step at "${attempt.step}"`)
  return moved
}
