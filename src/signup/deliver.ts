import {
  addSignUpLink,
  hasSignUpLink,
  lockSignUp,
  replaceEarlier,
  type SignUp,
} from '../accounts/signup-store.ts'
import { accountNamed } from '../accounts/store.ts'
import { record } from '../audit/audit.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Prepared, QueuedMessage } from '../delivery/message.ts'
import { enqueue } from '../delivery/outbox.ts'
import { spendUnprovenMail } from '../limits/unproven-mail.ts'
import { letterhead } from '../organizations/branding.ts'
import { whyMayNotSignUp } from '../organizations/mail-domains.ts'
import { currentSettings, organizationOf } from '../organizations/store.ts'
import { after, HOUR } from '../platform/clock.ts'
import { newToken } from '../platform/random.ts'
import type { SignUpParts } from './parts.ts'

/**
 * Makes the mail that proves a mailbox, at the moment it leaves: only now is the address looked up. Who has an account gets
 * a letter that says so instead. It prints nothing that a visitor wrote, or anybody could have us send their words to
 * anybody.
 */
export async function prepareVerification(
  parts: SignUpParts,
  tx: Transaction,
  message: QueuedMessage<'verify-email'>,
): Promise<Prepared<'verify-email'>> {
  const signUp = await lockSignUp(tx, message.data.signUpId)
  if (!signUp) return { drop: 'expired' }
  const organization = await organizationOf(tx)
  const { settings } = await currentSettings(tx)
  const { emailCanonical } = signUp
  const over =
    signUp.ending ??
    (tx.now >= signUp.expiresAt ? 'expired' : null) ??
    (organization.state === 'suspended' ? 'suspended' : null) ??
    whyMayNotSignUp(settings.signUp, emailCanonical)
  const account = await accountNamed(tx, { kind: 'email', canonical: emailCanonical })
  // That the mailbox was proven meanwhile is no reason for silence: somebody waits for a mail, and has an account.
  const isKnownBySignUp = account !== null && (over === 'verified' || over === 'overtaken')
  if (over && !isKnownBySignUp) return withhold(parts, tx, signUp, over)
  if (!(await mayHaveMail(parts, tx, message, signUp))) return withhold(parts, tx, signUp, 'limit')
  if (account) {
    const { id: accountId, email, locale } = account
    await enqueue(tx, parts.random, {
      name: 'account-exists',
      to: email,
      locale: locale ?? message.locale,
      data: { accountId },
    })
    return withhold(parts, tx, signUp, 'has-account')
  }

  await replaceEarlier(tx, signUp)
  const token = newToken(parts.random)
  const lapses = after(tx.now, settings.signUp.verificationHours * HOUR)
  const expiresAt = lapses < signUp.expiresAt ? lapses : signUp.expiresAt
  await addSignUpLink(tx, token, { signUpId: signUp.id, messageId: message.id, expiresAt })
  await record(tx, parts.random, {
    kind: 'sign-up.link-minted',
    outcome: 'success',
    origin: { actor: 'system' },
    detail: { signUp: signUp.id },
  })
  return {
    send: {
      to: signUp.email,
      locale: message.locale,
      data: {
        ...letterhead(organization, settings),
        person: { fullName: null },
        link: `${parts.publicUrl}/${organization.slug}/verify-email?token=${token}`,
        hours: Math.max(1, Math.floor((expiresAt.getTime() - tx.now.getTime()) / HOUR)),
        requestedFrom: { place: signUp.address, device: signUp.device || null },
      },
    },
  }
}

/** By the limits of the mailbox and of the network; spent once a message: a retry is no new one, nor is what was granted. */
async function mayHaveMail(
  parts: SignUpParts,
  tx: Transaction,
  message: QueuedMessage<'verify-email'>,
  { emailCanonical: email, address }: SignUp,
): Promise<boolean> {
  if (message.data.isGranted || (await hasSignUpLink(tx, message.id))) return true
  const ofNetwork = ['sign-up', tx.organizationId, email, address]
  return spendUnprovenMail(parts, tx, email, ['unproven-mail-per-network-hour', ...ofNetwork])
}

async function withhold(
  parts: SignUpParts,
  tx: Transaction,
  { id }: SignUp,
  reason: string,
): Promise<{ drop: string }> {
  await record(tx, parts.random, {
    kind: 'sign-up.message-withheld',
    outcome: 'refused',
    origin: { actor: 'system' },
    detail: { signUp: id, reason },
  })
  return { drop: reason }
}
