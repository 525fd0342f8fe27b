import { canonicalEmail } from '../accounts/identifiers.ts'
import { countryOf } from '../accounts/phone.ts'
import { spendSmsToConfirm } from '../accounts/sms-allowance.ts'
import { accountNamed } from '../accounts/store.ts'
import { record } from '../audit/audit.ts'
import { newSmsCode } from '../credentials/sms-code.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Prepared, QueuedMessage } from '../delivery/message.ts'
import { enqueue } from '../delivery/outbox.ts'
import { spendUnprovenMail } from '../limits/unproven-mail.ts'
import { letterhead } from '../organizations/branding.ts'
import { whyAddressRefused } from '../organizations/mail-domains.ts'
import type { Settings } from '../organizations/settings.ts'
import { currentSettings, organizationOf } from '../organizations/store.ts'
import { after, HOUR, MINUTE } from '../platform/clock.ts'
import { newToken } from '../platform/random.ts'
import { hashToken, type Secrets } from '../platform/secrets.ts'
import { addContactSecret, hasContactSecret, type PendingContact } from './contact-store.ts'
import { holdContact, whyContactIsOver, type HeldContact } from './held-contact.ts'
import type { ProfileParts } from './parts.ts'

/**
 * Makes the mail that proves a new address, at the moment it leaves: only now is the address looked up. The mailbox of
 * another account gets a letter that says so instead. It prints nothing that a person wrote, or anybody could have us send
 * their words to anybody.
 */
export async function prepareEmailConfirmation(
  parts: ProfileParts,
  tx: Transaction,
  message: QueuedMessage<'confirm-email'>,
): Promise<Prepared<'confirm-email'>> {
  const held = await holdContact(tx, message.data.pendingId)
  if (!held) return { drop: 'expired' }
  const organization = await organizationOf(tx)
  const { settings } = await currentSettings(tx)
  const { pending, account } = held
  const canonical = canonicalEmail(pending.value)
  const over =
    whyContactIsOver(tx, held) ??
    (organization.state === 'suspended' ? 'suspended' : null) ??
    whyAddressRefused(settings.signUp, canonical)
  if (over) return withhold(parts, tx, held, over)
  if (!(await mayMailboxHaveMail(parts, tx, message.id, account.id, canonical)))
    return withhold(parts, tx, held, 'limit')
  const holder = await accountNamed(tx, { kind: 'email', canonical })
  if (holder && holder.id !== account.id) {
    const { id: accountId, email: to, locale } = holder
    const letter = {
      name: 'account-exists',
      to,
      locale: locale ?? message.locale,
      data: { accountId },
    } as const
    await enqueue(tx, parts.random, letter)
    return withhold(parts, tx, held, 'has-account')
  }

  const token = newToken(parts.random)
  const lapses = after(tx.now, settings.signUp.verificationHours * HOUR)
  const expiresAt = lapses < pending.expiresAt ? lapses : pending.expiresAt
  await keepSecret(parts, tx, held, message.id, { hash: hashToken(token), expiresAt })
  return {
    send: {
      to: pending.value,
      locale: message.locale,
      data: {
        ...letterhead(organization, settings),
        person: { fullName: null },
        link: `${parts.publicUrl}/${organization.slug}/account/profile/confirm-email?token=${token}`,
        hours: Math.max(1, Math.floor((expiresAt.getTime() - tx.now.getTime()) / HOUR)),
        requestedFrom: { place: pending.address, device: pending.device || null },
      },
    },
  }
}

/** Makes the text that proves a new number, at the moment it leaves; by the limits of all texts, of which no page tells. */
export async function preparePhoneConfirmation(
  parts: ProfileParts,
  tx: Transaction,
  message: QueuedMessage<'confirm-phone'>,
): Promise<Prepared<'confirm-phone'>> {
  const held = await holdContact(tx, message.data.pendingId)
  if (!held) return { drop: 'expired' }
  const organization = await organizationOf(tx)
  const { settings } = await currentSettings(tx)
  const over =
    whyContactIsOver(tx, held) ??
    (organization.state === 'suspended' ? 'suspended' : null) ??
    (await whyNoText(parts, tx, held.pending, message.id, settings))
  if (over) return withhold(parts, tx, held, over)

  const code = newSmsCode(parts.random, settings)
  const minutes = settings.recovery.codeLifetimeMinutes
  const [hash] = phoneCodeHashes(parts, held.pending.id, code)
  if (!hash) throw new Error('a code has no hash')
  await keepSecret(parts, tx, held, message.id, { hash, expiresAt: after(tx.now, minutes * MINUTE) })
  const data = {
    organization: { name: organization.name },
    code,
    minutes,
    // Without a port: browsers match the code against the site's name.
    host: new URL(parts.publicUrl).hostname,
  }
  return { send: { to: held.pending.value, locale: message.locale, data } }
}

/**
 * Everything that may be stored of a code, as the newest key makes it first: a code is not random enough to stand alone, so
 * its hash needs the server's key, and holds for one number of one account only (ASVS 6.5.2, 6.6.2).
 */
export function phoneCodeHashes(
  { secrets }: { secrets: Secrets },
  pendingId: string,
  code: string,
): Buffer[] {
  return secrets.keyedHashes('phone code', pendingId, code).map(hashToken)
}

/** By the limits of the mailbox and of the account; spent once a message: a retry is no new one. */
async function mayMailboxHaveMail(
  parts: ProfileParts,
  tx: Transaction,
  messageId: string,
  accountId: string,
  email: string,
): Promise<boolean> {
  if (await hasContactSecret(tx, messageId)) return true
  const ofAccount = [tx.organizationId, accountId, email]
  return spendUnprovenMail(parts, tx, email, ['contact-mail-per-account-and-mailbox', ...ofAccount])
}

async function whyNoText(
  parts: ProfileParts,
  tx: Transaction,
  { accountId, value: phone }: PendingContact,
  messageId: string,
  settings: Settings,
): Promise<string | null> {
  if (!settings.sms.countries.includes(countryOf(phone) ?? '')) return 'country'
  if (await hasContactSecret(tx, messageId)) return null
  const allowance = await spendSmsToConfirm(parts, tx, { accountId, phone }, settings)
  return allowance === 'allowed' ? null : allowance
}

async function keepSecret(
  parts: ProfileParts,
  tx: Transaction,
  { pending, account }: HeldContact,
  messageId: string,
  { hash, expiresAt }: { hash: Buffer; expiresAt: Date },
): Promise<void> {
  await addContactSecret(tx, hash, { pendingId: pending.id, messageId, expiresAt })
  await record(tx, parts.random, {
    kind: 'contact.secret-minted',
    outcome: 'success',
    origin: { actor: 'system' },
    subjectId: account.id,
    detail: { pending: pending.id, contact: pending.kind },
  })
}

async function withhold(
  parts: ProfileParts,
  tx: Transaction,
  { pending, account }: HeldContact,
  reason: string,
): Promise<{ drop: string }> {
  await record(tx, parts.random, {
    kind: 'contact.message-withheld',
    outcome: 'refused',
    origin: { actor: 'system' },
    subjectId: account.id,
    detail: { pending: pending.id, contact: pending.kind, reason },
  })
  return { drop: reason }
}
