import type { Account } from '../accounts/account.ts'
import { readIdentifier } from '../accounts/identifiers.ts'
import { handSignUpTo, signUpAtSignIn } from '../accounts/signup-store.ts'
import { accountNamed, lockAccount } from '../accounts/store.ts'
import { authenticatorOf } from '../credentials/authenticator-store.ts'
import type { ForeignCost } from '../credentials/foreign/scheme.ts'
import { initialPasswordOf } from '../credentials/initial-store.ts'
import { foreignCosts, passwordOf, upgradePassword } from '../credentials/store.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { clearTries, countTry, signInDelayKey, uncountTry } from '../limits/sign-in-delays.ts'
import { currentSettings } from '../organizations/store.ts'
import { newToken, NO_ID } from '../platform/random.ts'
import type { Visitor } from '../platform/visitor.ts'
import { deviceHash, isKnownDevice } from '../sessions/devices-store.ts'
import { enter, recordRefusal, type Browser, type OpenedSession } from './enter.ts'
import { goHalfWay } from './half-way.ts'
import { proveInitialPassword, type InitialOver, type InitialProof } from './initial-password.ts'
import type { SignInParts } from './parts.ts'
import { tellOfPause } from './pause.ts'

/** What a person sends in to sign in, and what their browser brings along. */
export interface Credentials extends Browser {
  identifier: string
  password: string
  /** The cookie of a sign-up that was sent in with this browser. */
  signUpToken: string | undefined
}

/**
 * `refused` is one answer for everything: wrong, unknown, suspended, paused (EN-04). `half-way`: the password was right, and
 * now the authenticator is asked for; `new-password`: it was an initial one, and an own one is. `initial-over`: it was the
 * right initial one, and opens nothing any more. `unverified`: it is the password of a sign-up whose mailbox is still to be
 * proven.
 */
export type SignInOutcome =
  | ({ outcome: 'signed-in' } & OpenedSession)
  | { outcome: 'half-way'; halfToken: string }
  | { outcome: 'new-password'; halfToken: string; deviceToken: string }
  | { outcome: 'initial-over'; why: InitialOver }
  | { outcome: 'unverified'; askerToken: string }
  | { outcome: 'refused' }
  | { outcome: 'too-many'; retryAfterSeconds: number }

/**
 * Signs a person in with a password. Every try is counted before it is judged; people who are not there cost the same
 * queries and the same hashing as those who are (CWE-208).
 */
export async function signIn(
  parts: SignInParts,
  organizationId: string,
  credentials: Credentials,
): Promise<SignInOutcome> {
  const claim = await withOrganization(parts.database, organizationId, (tx) =>
    examine(parts, tx, credentials),
  )
  if (!claim.try.allowed) return { outcome: 'too-many', retryAfterSeconds: claim.try.retryAfterSeconds }
  const shared = await spendShared(parts, organizationId, claim, credentials.visitor)
  if (!shared.perAddress.allowed) {
    await withOrganization(parts.database, organizationId, (tx) => uncountTry(tx, claim.tryKey))
    return { outcome: 'too-many', retryAfterSeconds: shared.perAddress.retryAfterSeconds }
  }

  const mayComeIn = shared.perAccount.allowed
  let initial: InitialProof | null
  let opened: OpenedSession | { halfToken: string } | null
  try {
    initial = await proveInitialPassword(parts, organizationId, claim, credentials)
    const isHalfWay = initial !== null && 'halfToken' in initial
    opened = isHalfWay ? null : await prove(parts, organizationId, claim, credentials, mayComeIn)
  } catch (error) {
    // Nothing was judged, so nobody failed: a busy server must not run out an office's tries.
    await forgive(parts, organizationId, claim, shared).catch(() => undefined)
    throw error
  }
  if (initial && 'halfToken' in initial) {
    await shared.giveBack().catch(() => undefined)
    return { outcome: 'new-password', ...initial }
  }
  if (opened) {
    // The session is open already: that a try could not be given back must not cost the person its cookies.
    await shared.giveBack().catch(() => undefined)
    return 'halfToken' in opened ? { outcome: 'half-way', ...opened } : { outcome: 'signed-in', ...opened }
  }
  if (!mayComeIn) await tellOfPause(parts, organizationId, claim, credentials.visitor)
  await withOrganization(parts.database, organizationId, (tx) =>
    recordRefusal(parts, tx, 'sign-in.failed', claim.account, credentials.visitor),
  )
  if (initial) return { outcome: 'initial-over', why: initial.over }
  // After the failure counts: were it forgiven what is thrown here, a busy server would give guesses away.
  const isOfSignUp = await isPasswordOfSignUp(parts, claim, credentials.password)
  const { signUpId } = claim
  if (!isOfSignUp || signUpId === null || !mayComeIn) return { outcome: 'refused' }
  const askerToken = newToken(parts.random)
  await withOrganization(parts.database, organizationId, (tx) => handSignUpTo(tx, signUpId, askerToken))
  return { outcome: 'unverified', askerToken }
}

/**
 * Whether the password is that of a sign-up of the address, where people can sign up. Asked whether or not the address
 * has an account, and answered alike: else whoever signs up with somebody's address could find out by signing in. Where
 * nothing waits it costs the same.
 */
async function isPasswordOfSignUp(parts: SignInParts, claim: Claim, password: string): Promise<boolean> {
  return claim.takesSignUps && (await parts.hasher.verify(claim.signUpHash, password))
}

/** Takes back every count of a try that could not be judged. */
async function forgive(
  parts: SignInParts,
  organizationId: string,
  { tryKey }: Claim,
  shared: { giveBack: () => Promise<void> },
): Promise<void> {
  await withOrganization(parts.database, organizationId, (tx) => uncountTry(tx, tryKey))
  await shared.giveBack()
}

/**
 * Spends what strangers share with the person: the network address and the account. A browser that the person has signed
 * in from is held to neither, or strangers could keep it out.
 */
async function spendShared(parts: SignInParts, organizationId: string, claim: Claim, { network }: Visitor) {
  const nothing = { allowed: true } as const
  if (claim.known) return { perAddress: nothing, perAccount: nothing, giveBack: () => Promise.resolve() }
  const perAddress = await parts.limits.spend('sign-in-failures-per-address', network)
  const perAccount = perAddress.allowed
    ? await parts.limits.spend('sign-in-failures-per-account', organizationId, claim.subject)
    : nothing
  return {
    perAddress,
    perAccount,
    giveBack: async () => {
      await parts.limits.giveBack('sign-in-failures-per-address', network)
      // A refused try was not counted: given back, it would make room for a guess.
      if (perAccount.allowed)
        await parts.limits.giveBack('sign-in-failures-per-account', organizationId, claim.subject)
    },
  }
}

/** Verifies the password and lets the person in, or half-way; null when it is wrong or the person may not come in. */
async function prove(
  parts: SignInParts,
  organizationId: string,
  claim: Claim,
  credentials: Credentials,
  mayComeIn: boolean,
): Promise<OpenedSession | { halfToken: string } | null> {
  let { hash } = claim
  for (let turn = 0; turn < 2; turn += 1) {
    const isRight = await parts.hasher.verify(hash, credentials.password, claim.foreign)
    if (!isRight || !hash || !mayComeIn || claim.account?.state !== 'active') return null
    const upgraded = parts.hasher.needsUpgrade(hash) ? await parts.hasher.hash(credentials.password) : null
    const proven = { accountId: claim.account.id, hash, upgraded, tryKey: claim.tryKey }
    const opened = await withOrganization(parts.database, organizationId, (tx) =>
      open(parts, tx, proven, credentials),
    )
    if (!('newHash' in opened)) return opened
    // The hash changed while the old one was verified: by a reset, or by an upgrade of the same password elsewhere.
    hash = opened.newHash
  }
  return null
}

interface Claim {
  account: Account | null
  hash: string | null
  /** What a check costs besides while hashes of another system are left here, whoever is named. */
  foreign: ForeignCost[]
  initialHash: string | null
  takesSignUps: boolean
  signUpId: string | null
  signUpHash: string | null
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
  { identifier: typed, deviceToken, signUpToken, visitor }: Credentials,
): Promise<Claim> {
  const identifier = readIdentifier(typed) ?? {
    kind: 'username' as const,
    canonical: typed.trim().toLowerCase(),
  }
  const account = await accountNamed(tx, identifier)
  const device = deviceHash(tx.organizationId, deviceToken)
  const known = await isKnownDevice(tx, account?.id ?? NO_ID, device)
  const from = known && device ? device.toString('base64url') : visitor.network
  const tryKey = signInDelayKey(parts.secrets, identifier.canonical, from)
  const { signUp: settings } = (await currentSettings(tx)).settings
  const signUp = await signUpAtSignIn(tx, identifier.canonical, signUpToken)
  return {
    account,
    hash: (await passwordOf(tx, account?.id ?? NO_ID))?.hash ?? null,
    foreign: await foreignCosts(tx),
    initialHash: (await initialPasswordOf(tx, account?.id ?? NO_ID))?.hash ?? null,
    takesSignUps: settings.mode !== 'closed',
    signUpId: signUp?.id ?? null,
    // One that became an account has that account's password, or an old one.
    signUpHash: signUp && signUp.ending !== 'verified' ? signUp.passwordHash : null,
    known,
    subject: account?.id ?? parts.secrets.lastingHash('sign-in subject', identifier.canonical),
    tryKey,
    try: await countTry(tx, tryKey),
  }
}

async function open(
  parts: SignInParts,
  tx: Transaction,
  proven: { accountId: string; hash: string; upgraded: string | null; tryKey: string },
  browser: Browser,
): Promise<OpenedSession | { halfToken: string } | { newHash: string | null }> {
  const account = await lockAccount(tx, proven.accountId)
  const current = await passwordOf(tx, proven.accountId)
  if (account?.state !== 'active') return { newHash: null }
  if (current?.hash !== proven.hash) return { newHash: current?.hash ?? null }
  if (proven.upgraded) await upgradePassword(tx, account.id, proven.hash, proven.upgraded)
  await clearTries(tx, proven.tryKey)
  if (!(await authenticatorOf(tx, account.id))) return enter(parts, tx, account, ['password'], browser)
  return { halfToken: await goHalfWay(parts, tx, account, 'password', browser) }
}
