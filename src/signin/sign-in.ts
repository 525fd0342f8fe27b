import type { Account } from '../accounts/account.ts'
import { readIdentifier } from '../accounts/identifiers.ts'
import { accountNamed, lockAccount } from '../accounts/store.ts'
import { record, visitorOrigin, type EventKind } from '../audit/audit.ts'
import { passwordOf, upgradePassword } from '../credentials/store.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { enqueue } from '../delivery/outbox.ts'
import { clearTries, countTry, signInDelayKey } from '../limits/sign-in-delays.ts'
import type { Visitor } from '../platform/visitor.ts'
import { deviceHash, isKnownDevice, rememberDevice } from '../sessions/known-devices.ts'
import { endSession, openSession } from '../sessions/store.ts'
import type { SignInParts } from './parts.ts'

/** What a person sends in to sign in, and what their browser brings along. */
export interface Credentials {
  identifier: string
  password: string
  visitor: Visitor
  locale: string
  sessionToken: string | undefined
  deviceToken: string | undefined
}

/** `refused` is one answer for everything: wrong, unknown, suspended, paused (EN-04). */
export type SignedIn =
  | { outcome: 'signed-in'; sessionToken: string; deviceToken: string }
  | { outcome: 'refused' }
  | { outcome: 'too-many'; retryAfterSeconds: number }

/** Stands in for the account that is not there, so that the same queries run and find nothing. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

/**
 * Signs a person in with a password. Every try is counted before it is judged; people who are not there cost the same
 * queries and the same hashing as those who are (CWE-208).
 */
export async function signIn(
  parts: SignInParts,
  organizationId: string,
  credentials: Credentials,
): Promise<SignedIn> {
  const { network } = credentials.visitor
  const perAddress = await parts.limits.spend('sign-in-failures-per-address', network)
  if (!perAddress.allowed) return { outcome: 'too-many', retryAfterSeconds: perAddress.retryAfterSeconds }

  const claim = await withOrganization(parts.database, organizationId, (tx) =>
    examine(parts, tx, credentials),
  )
  if (!claim.try.allowed) return { outcome: 'too-many', retryAfterSeconds: claim.try.retryAfterSeconds }
  // Strangers can spend this one against a person; a browser that the person has signed in from is not held to it.
  const perAccount = claim.known
    ? { allowed: true }
    : await parts.limits.spend('sign-in-failures-per-account', organizationId, claim.subject)

  const isRight = await parts.hasher.verify(claim.hash, credentials.password)
  if (!isRight || !perAccount.allowed || claim.account?.state !== 'active') {
    if (!perAccount.allowed) await tellOfPause(parts, organizationId, claim, credentials)
    await withOrganization(parts.database, organizationId, (tx) =>
      recordTry(parts, tx, 'sign-in.failed', claim.account, credentials.visitor),
    )
    return { outcome: 'refused' }
  }
  const { account, hash } = claim
  const upgraded =
    hash && parts.hasher.needsUpgrade(hash) ? await parts.hasher.hash(credentials.password) : null
  const signedIn = await withOrganization(parts.database, organizationId, (tx) =>
    open(parts, tx, { accountId: account.id, hash, upgraded, tryKey: claim.tryKey }, credentials),
  )
  if (signedIn.outcome === 'signed-in') {
    await parts.limits.giveBack('sign-in-failures-per-address', network)
    if (!claim.known)
      await parts.limits.giveBack('sign-in-failures-per-account', organizationId, claim.subject)
  }
  return signedIn
}

interface Claim {
  account: Account | null
  hash: string | null
  known: boolean
  /** The account's id, or for people who are not there the name that was typed, hashed. */
  subject: string
  tryKey: string
  try: Awaited<ReturnType<typeof countTry>>
}

/** Looks up who is named and counts the try. */
async function examine(
  parts: SignInParts,
  tx: Transaction,
  { identifier: typed, deviceToken, visitor }: Credentials,
): Promise<Claim> {
  const identifier = readIdentifier(typed) ?? {
    kind: 'username' as const,
    canonical: typed.trim().toLowerCase(),
  }
  const account = await accountNamed(tx, identifier)
  const device = deviceHash(tx.organizationId, deviceToken)
  const known = await isKnownDevice(tx, account?.id ?? NOBODY, device)
  const from = known && device ? device.toString('base64url') : visitor.network
  const tryKey = signInDelayKey(parts.secrets, identifier.canonical, from)
  return {
    account,
    hash: (await passwordOf(tx, account?.id ?? NOBODY))?.hash ?? null,
    known,
    subject: account?.id ?? parts.secrets.lastingHash('sign-in subject', identifier.canonical),
    tryKey,
    try: await countTry(tx, tryKey),
  }
}

async function open(
  parts: SignInParts,
  tx: Transaction,
  proven: { accountId: string; hash: string | null; upgraded: string | null; tryKey: string },
  { visitor, sessionToken, deviceToken }: Credentials,
): Promise<SignedIn> {
  const account = await lockAccount(tx, proven.accountId)
  const current = await passwordOf(tx, proven.accountId)
  // The password may have been reset, or the person suspended, while the old hash was being verified.
  if (account?.state !== 'active' || current?.hash !== proven.hash) {
    await recordTry(parts, tx, 'sign-in.failed', account, visitor)
    return { outcome: 'refused' }
  }
  if (proven.hash && proven.upgraded) await upgradePassword(tx, account.id, proven.hash, proven.upgraded)
  await clearTries(tx, proven.tryKey)
  if (sessionToken) await endSession(tx, sessionToken)
  const opened = await openSession(tx, parts.random, account.id, {
    address: visitor.place,
    device: visitor.device,
  })
  const device = await rememberDevice(tx, parts.random, account.id, deviceToken)
  await recordTry(parts, tx, 'sign-in.succeeded', account, visitor)
  return { outcome: 'signed-in', sessionToken: opened, deviceToken: device }
}

/** Tells the person, once a day, that unknown browsers are kept out for now, and how to get in from one. */
async function tellOfPause(
  parts: SignInParts,
  organizationId: string,
  { account, subject }: Claim,
  { visitor, locale }: Credentials,
): Promise<void> {
  const first = await parts.limits.spend('sign-in-paused-mail-per-account', organizationId, subject)
  if (!first.allowed) return
  await withOrganization(parts.database, organizationId, async (tx) => {
    if (account?.email && account.emailVerifiedAt) {
      await enqueue(tx, parts.random, {
        name: 'sign-in-paused',
        to: account.email,
        locale: account.locale ?? locale,
        data: {},
      })
    }
    await recordTry(parts, tx, 'sign-in.paused', account, visitor)
  })
}

async function recordTry(
  parts: SignInParts,
  tx: Transaction,
  kind: Extract<EventKind, `sign-in.${string}`>,
  account: Account | null,
  visitor: Visitor,
): Promise<void> {
  const succeeded = kind === 'sign-in.succeeded'
  await record(tx, parts.random, {
    kind,
    outcome: succeeded ? 'success' : 'refused',
    origin: visitorOrigin(visitor, succeeded ? (account?.id ?? null) : null),
    subjectId: account?.id ?? null,
    detail: succeeded ? { factor: 'password' } : {},
  })
}
