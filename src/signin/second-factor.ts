import { accountById, lockAccount } from '../accounts/store.ts'
import {
  authenticatorOf,
  countFactorTry,
  isFactor,
  spendFactor,
  type FactorProof,
} from '../credentials/authenticator-store.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { deviceHash, isKnownDevice } from '../sessions/devices-store.ts'
import { enter, recordRefusal, type Browser, type OpenedSession } from './enter.ts'
import { accountHalfWay } from './half-way.ts'
import type { SignInParts } from './parts.ts'

/** The code, or recovery code, that a person sends in after their password. */
export interface FactorTry extends Browser {
  code: string
}

/** `over`: there is no half-done sign-in, or no more; the password comes first. */
export type SecondFactor =
  | ({ outcome: 'signed-in'; proof: FactorProof; codesLeft: number } & OpenedSession)
  | { outcome: 'refused' }
  | { outcome: 'over' }
  | { outcome: 'too-many'; retryAfterSeconds: number }

/** What the browser's half-done sign-in can be finished with; null when it has none that is alive. */
export async function factorAskedFor(
  parts: SignInParts,
  organizationId: string,
  halfToken: string | undefined,
): Promise<{ codesLeft: number } | null> {
  return withOrganization(parts.database, organizationId, async (tx) => {
    const account = await accountHalfWay(tx, halfToken, 'password', accountById)
    return account && (await authenticatorOf(tx, account.id))
  })
}

/**
 * Finishes a sign-in whose password was right. The try is counted, for the network address and for the authenticator,
 * before it is judged; the session is opened by the transaction that spends the code.
 */
export async function proveFactor(
  parts: SignInParts,
  organizationId: string,
  sent: FactorTry,
): Promise<SecondFactor> {
  const { network } = sent.visitor
  const claim = await withOrganization(parts.database, organizationId, async (tx) => {
    const account = await accountHalfWay(tx, sent.halfToken, 'password', accountById)
    const device = deviceHash(tx.organizationId, sent.deviceToken)
    return account && { account, known: await isKnownDevice(tx, account.id, device) }
  })
  if (!claim) return { outcome: 'over' }
  // As with the password: strangers behind the same address must not keep out a browser that the person has used.
  if (!claim.known) {
    const spent = await parts.limits.spend('sign-in-failures-per-address', network)
    if (!spent.allowed) return { outcome: 'too-many', retryAfterSeconds: spent.retryAfterSeconds }
  }
  if (isFactor(sent.code)) {
    const counted = await withOrganization(parts.database, organizationId, (tx) =>
      countFactorTry(tx, claim.account.id, 'sign-in'),
    )
    if (!counted.allowed) return { outcome: 'too-many', retryAfterSeconds: counted.retryAfterSeconds }
  }
  const judged = await withOrganization(parts.database, organizationId, (tx) => judge(parts, tx, sent))
  // The session is open already: that a try could not be given back must not cost the person its cookies.
  if (judged.outcome === 'signed-in' && !claim.known)
    await parts.limits.giveBack('sign-in-failures-per-address', network).catch(() => undefined)
  return judged
}

async function judge(parts: SignInParts, tx: Transaction, sent: FactorTry): Promise<SecondFactor> {
  const account = await accountHalfWay(tx, sent.halfToken, 'password', lockAccount)
  if (!account) return { outcome: 'over' }
  const spent = await spendFactor(tx, parts.secrets, account.id, sent.code)
  if (!spent) {
    await recordRefusal(parts, tx, 'sign-in.failed', account, sent.visitor, 'authenticator')
    return { outcome: 'refused' }
  }
  const opened = await enter(parts, tx, account, ['password', spent.proof], sent)
  return { outcome: 'signed-in', ...spent, ...opened }
}
