import { deleteBatch } from '../database/purge.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import { after, DAY } from '../platform/clock.ts'
import { hashToken } from '../platform/secrets.ts'

/** How a sign-up can end: its mailbox proven, another of its address taken in, sent in anew, or not the mailbox's owner's. */
export type SignUpEnding = 'verified' | 'overtaken' | 'replaced' | 'disowned'

/** What somebody sent in who signed up. It is no account, and holds no address: any number may wait for one. */
export interface SignUp {
  id: string
  email: string
  emailCanonical: string
  passwordHash: string
  /** Forgotten when the sign-up ends, as is the phone. */
  fullName: string | null
  /** E.164. */
  phone: string | null
  termsVersion: string | null
  /** SHA-256 of the cookie of the browser that may ask for the message again. */
  askedByHash: Buffer
  /** Shortened to a network. */
  address: string
  device: string
  locale: string
  /** How often the message was asked for, and when last. */
  sends: number
  sentForAt: Date
  /** Whether an expired link of it was already answered with a fresh one. */
  refreshed: boolean
  createdAt: Date
  expiresAt: Date
  ending: SignUpEnding | null
}

interface SignUpRow extends TenantRow {
  id: string
  email: string
  email_canonical: string
  password_hash: string
  full_name: string | null
  phone: string | null
  terms_version: string | null
  asked_by_hash: Buffer
  address: string
  device: string
  locale: string
  sends: number
  sent_for_at: Date
  refreshed: boolean
  created_at: Date
  expires_at: Date
  ended_at: Date | null
  ending: SignUpEnding | null
}

interface LinkRow extends TenantRow {
  hash: Buffer
  sign_up_id: string
  message_id: string
  expires_at: Date
}

interface AcceptedTermsRow extends TenantRow {
  account_id: string
  version: string
  accepted_at: Date
}

/** A link that was sent to prove the mailbox. */
export interface SignUpLink {
  signUpId: string
  messageId: string
  expiresAt: Date
}

/** How long a sign-up waits for its mailbox to be proven, and how long its links are known. */
export const SIGN_UP_KEPT_FOR = 7 * DAY

/** Adds a sign-up that waits from this instant on. */
export async function addSignUp(
  tx: Transaction,
  signUp: Omit<SignUp, 'sends' | 'sentForAt' | 'refreshed' | 'createdAt' | 'expiresAt' | 'ending'>,
): Promise<void> {
  await tx.insert<SignUpRow>('sign_ups', {
    id: signUp.id,
    email: signUp.email,
    email_canonical: signUp.emailCanonical,
    password_hash: signUp.passwordHash,
    full_name: signUp.fullName,
    phone: signUp.phone,
    terms_version: signUp.termsVersion,
    asked_by_hash: signUp.askedByHash,
    address: signUp.address,
    device: signUp.device,
    locale: signUp.locale,
    sends: 1,
    sent_for_at: tx.now,
    refreshed: false,
    created_at: tx.now,
    expires_at: after(tx.now, SIGN_UP_KEPT_FOR),
    ended_at: null,
    ending: null,
  })
}

/** Makes what a browser sent in before, and what waits, its own under a new cookie too. */
export async function handWaitingTo(tx: Transaction, before: string, askerToken: string): Promise<void> {
  await waiting(tx)
    .where('asked_by_hash', hashToken(before))
    .update({ asked_by_hash: hashToken(askerToken) })
}

/** Puts an end to what the same browser sent in for the same address before. */
export async function replaceEarlier(
  tx: Transaction,
  { id, askedByHash, emailCanonical }: SignUp,
): Promise<void> {
  await waiting(tx)
    .where({ asked_by_hash: askedByHash, email_canonical: emailCanonical })
    .where('id', '<', id)
    .update(ended(tx, 'replaced'))
}

/** The sign-up of the browser that has this cookie; null for any other, and for one that is too long ago. */
export async function signUpAskedBy(tx: Transaction, askerToken: string): Promise<SignUp | null> {
  return shown(
    await tx
      .rows<SignUpRow>('sign_ups')
      .where('asked_by_hash', hashToken(askerToken))
      .where('expires_at', '>', tx.now)
      .orderBy('id', 'desc')
      .first(),
  )
}

/** A sign-up, whatever became of it. */
export async function signUpById(tx: Transaction, id: string): Promise<SignUp | null> {
  return shown(await tx.rows<SignUpRow>('sign_ups').where({ id }).first())
}

/** Like `signUpById`, and nobody else changes it until this transaction ends. */
export async function lockSignUp(tx: Transaction, id: string): Promise<SignUp | null> {
  return shown(await tx.rows<SignUpRow>('sign_ups').where({ id }).forUpdate().first())
}

/**
 * The sign-up whose password signing in with an address is compared with: the one of this browser's cookie, or else the
 * newest. One that ended is found too: whoever knows its password must not learn by signing in what the owner of the
 * mailbox did, nor from the one that comes to light when hers became an account.
 */
export async function signUpAtSignIn(
  tx: Transaction,
  email: string,
  askerToken: string | undefined,
): Promise<SignUp | null> {
  return shown(
    await tx
      .rows<SignUpRow>('sign_ups')
      .where('email_canonical', email)
      .where('expires_at', '>', tx.now)
      .orderByRaw('asked_by_hash = ? desc, id desc', [hashToken(askerToken ?? '')])
      .first(),
  )
}

/** The newest that waits for an address; null when none does. */
export async function waitingSignUp(tx: Transaction, email: string): Promise<SignUp | null> {
  return shown(await waiting(tx).where('email_canonical', email).orderBy('id', 'desc').first())
}

/** Whether sign-ups of other browsers wait for the same address. */
export async function doOthersWait(
  tx: Transaction,
  { emailCanonical, askedByHash }: SignUp,
): Promise<boolean> {
  const other = waiting(tx).where('email_canonical', emailCanonical).whereNot('asked_by_hash', askedByHash)
  return Boolean(await other.first())
}

/** The ids of all that wait for an address, newest first, held: of those who prove one mailbox at once, one is first. */
export async function lockWaitingSignUps(tx: Transaction, email: string): Promise<string[]> {
  const rows = await waiting(tx).where('email_canonical', email).orderBy('id', 'desc').forUpdate()
  return rows.map(({ id }) => id)
}

/** Ends a sign-up that this transaction holds, and forgets who sent it in. */
export async function endSignUp(tx: Transaction, id: string, ending: SignUpEnding): Promise<void> {
  await waiting(tx).where({ id }).update(ended(tx, ending))
}

/** Like `endSignUp`, for all that still wait for an address of which there is an account now. */
export async function overtakeSignUps(tx: Transaction, email: string): Promise<void> {
  await waiting(tx).where('email_canonical', email).update(ended(tx, 'overtaken'))
}

/** Notes that the message of a sign-up was asked for once more. */
export async function countSend(tx: Transaction, id: string): Promise<void> {
  await tx.rows<SignUpRow>('sign_ups').where({ id }).update({ sent_for_at: tx.now }).increment('sends', 1)
}

/** Notes that an expired link was answered with a fresh one. */
export async function markRefreshed(tx: Transaction, id: string): Promise<void> {
  await tx.rows<SignUpRow>('sign_ups').where({ id }).update({ refreshed: true })
}

/** Hands a sign-up to another browser of the same person. */
export async function handSignUpTo(tx: Transaction, id: string, askerToken: string): Promise<void> {
  await tx
    .rows<SignUpRow>('sign_ups')
    .where({ id })
    .update({ asked_by_hash: hashToken(askerToken) })
}

export async function addSignUpLink(tx: Transaction, token: string, link: SignUpLink): Promise<void> {
  await tx.insert<LinkRow>('sign_up_links', {
    hash: hashToken(token),
    sign_up_id: link.signUpId,
    message_id: link.messageId,
    expires_at: link.expiresAt,
  })
}

/** What is known of a link by its token; null for one that was never sent, or too long ago. */
export async function signUpLink(tx: Transaction, token: string): Promise<SignUpLink | null> {
  const row = await tx.rows<LinkRow>('sign_up_links').where('hash', hashToken(token)).first()
  return row ? { signUpId: row.sign_up_id, messageId: row.message_id, expiresAt: row.expires_at } : null
}

/** Whether a message had a link before: then this is a retry of it. */
export async function hasSignUpLink(tx: Transaction, messageId: string): Promise<boolean> {
  return Boolean(await tx.rows<LinkRow>('sign_up_links').where({ message_id: messageId }).first())
}

/** Keeps which terms a person agreed to, and when. */
export async function keepAcceptedTerms(
  tx: Transaction,
  accountId: string,
  { version, acceptedAt }: { version: string; acceptedAt: Date },
): Promise<void> {
  await tx.insert<AcceptedTermsRow>('accepted_terms', {
    account_id: accountId,
    version,
    accepted_at: acceptedAt,
  })
}

/** Which terms a person agreed to, and when. */
export async function acceptedTermsOf(
  tx: Transaction,
  accountId: string,
): Promise<{ version: string; acceptedAt: Date }[]> {
  const rows = await tx.rows<AcceptedTermsRow>('accepted_terms').where('account_id', accountId)
  return rows.map(({ version, accepted_at }) => ({ version, acceptedAt: accepted_at }))
}

/** Whether a person ever agreed to terms, of whichever version. */
export async function hasAcceptedTerms(tx: Transaction, accountId: string): Promise<boolean> {
  return Boolean(await tx.rows<AcceptedTermsRow>('accepted_terms').where({ account_id: accountId }).first())
}

/** Deletes sign-ups that waited long enough, whatever became of them, one batch; their links go with them. */
export async function purgeSignUps(tx: Transaction): Promise<number> {
  const rows = () => tx.rows<SignUpRow>('sign_ups')
  return deleteBatch(rows, (over) => over.where('expires_at', '<=', tx.now))
}

function waiting(tx: Transaction) {
  return tx.rows<SignUpRow>('sign_ups').whereNull('ended_at').where('expires_at', '>', tx.now)
}

function ended(tx: Transaction, ending: SignUpEnding) {
  return { ending, ended_at: tx.now, full_name: null, phone: null }
}

function shown(row: SignUpRow | undefined): SignUp | null {
  return row ? shownRow(row) : null
}

function shownRow(row: SignUpRow): SignUp {
  return {
    id: row.id,
    email: row.email,
    emailCanonical: row.email_canonical,
    passwordHash: row.password_hash,
    fullName: row.full_name,
    phone: row.phone,
    termsVersion: row.terms_version,
    askedByHash: row.asked_by_hash,
    address: row.address,
    device: row.device,
    locale: row.locale,
    sends: row.sends,
    sentForAt: row.sent_for_at,
    refreshed: row.refreshed,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    ending: row.ending,
  }
}
