import type { Account } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import { goodUntil, readInitialPassword } from '../credentials/initial-password.ts'
import { initialPasswordOf, noteFirstUse, type InitialPassword } from '../credentials/initial-store.ts'
import { passwordOf } from '../credentials/store.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { clearTries } from '../limits/sign-in-delays.ts'
import { newToken } from '../platform/random.ts'
import { deviceHash } from '../sessions/devices-store.ts'
import type { Browser } from './enter.ts'
import { goHalfWay } from './half-way.ts'
import type { SignInParts } from './parts.ts'

/** Why the right initial password opens nothing any more. */
export type InitialOver = 'expired' | 'used'

/**
 * What the right initial password comes to: a sign-in whose other half is to choose an own password, or why not. By the
 * device's token the browser is known again; the account does not know it before it has come in.
 */
export type InitialProof = { halfToken: string; deviceToken: string } | { over: InitialOver }

interface Tried {
  account: Account | null
  /** Null: the account has none, or there is no account. */
  initialHash: string | null
  tryKey: string
}

/**
 * Judges what was typed as an initial password. What cannot be one is not verified; what can costs the same for everybody,
 * whether or not there is one, whoever is named and however it stands (CWE-208). Null for everything but the right one, which
 * holds while unknown browsers are kept out too: nobody guesses 80 bits, and whoever fails at the name of somebody new would
 * keep them out.
 */
export async function proveInitialPassword(
  parts: SignInParts,
  organizationId: string,
  { account, initialHash, tryKey }: Tried,
  { password, ...browser }: Browser & { password: string },
): Promise<InitialProof | null> {
  const typed = readInitialPassword(password)
  if (typed === null || !(await parts.hasher.verify(initialHash, typed))) return null
  if (!account) return null
  return withOrganization(parts.database, organizationId, async (tx) => {
    const locked = await lockAccount(tx, account.id)
    const initial = await initialPasswordOf(tx, account.id)
    if (locked?.state !== 'active' || initial?.hash !== initialHash) return null
    const over = await whyOver(tx, initial, locked)
    if (over) return { over }
    await clearTries(tx, tryKey)
    const deviceToken = await noteBrowser(parts, tx, locked, browser)
    return { halfToken: await goHalfWay(parts, tx, locked, 'initial-password', browser), deviceToken }
  })
}

/** Keeps where an initial password was used first, and returns the token by which its browser is known again. */
async function noteBrowser(
  { random }: SignInParts,
  tx: Transaction,
  { id: accountId }: Account,
  { visitor, deviceToken: brought }: Browser,
): Promise<string> {
  const known = deviceHash(tx.organizationId, brought)
  const deviceToken = known && brought ? brought : newToken(random)
  const browserHash = deviceHash(tx.organizationId, deviceToken)
  if (browserHash) {
    const { place: address, device } = visitor
    await noteFirstUse(tx, accountId, { address, device, browserHash })
  }
  return deviceToken
}

/** It ends with its days, and with whatever changes how the account is entered: an own password first of all. */
async function whyOver(
  tx: Transaction,
  initial: InitialPassword,
  account: Account,
): Promise<InitialOver | null> {
  if (await passwordOf(tx, account.id)) return 'used'
  const isAsItWas = initial.securityEpoch === account.securityEpoch
  return isAsItWas && tx.now < goodUntil(initial.madeAt) ? null : 'expired'
}
