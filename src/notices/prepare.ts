import { linkToUndo } from '../access/change-link.ts'
import { linkToKeep } from '../access/keep-link.ts'
import { accountById } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { LetterData } from '../delivery/letter.ts'
import type { Prepared, QueuedMessage } from '../delivery/message.ts'
import { countryName, formatInstant } from '../i18n/format.ts'
import { letterhead } from '../organizations/branding.ts'
import { currentSettings, organizationOf } from '../organizations/store.ts'
import type { Secrets } from '../platform/secrets.ts'

type NoticeName =
  | 'password-changed'
  | 'authenticator-changed'
  | 'contact-changed'
  | 'account-protected'
  | 'sign-in-paused'
  | 'code-not-sent'
  | 'address-too-new'
  | 'request-refused'
  | 'texts-paused'
  | 'account-exists'
  | 'deletion-asked'
  | 'deletion-stopped'
  | 'standing-changed'
  | 'managers-changed'
  | 'settings-changed'
  | 'test-email'
type Notice = { [Name in NoticeName]: QueuedMessage<Name> }[NoticeName]

/** What links in notices are made of. */
interface LinkParts {
  secrets: Secrets
  publicUrl: string
}

/** The letter that tells a person that their password was changed, and how to undo it if it was not them. */
export async function preparePasswordChanged(
  parts: LinkParts,
  tx: Transaction,
  message: QueuedMessage<'password-changed'>,
): Promise<Prepared<'password-changed'>> {
  const common = await commonTo(parts.publicUrl, tx, message)
  const { changeId } = message.data
  return toRecipient(message, {
    ...common,
    notMeUrl: changeId ? linkToUndo(parts, await organizationOf(tx), changeId) : common.recoverUrl,
    when: formatInstant(new Date(message.data.at), message.locale),
    device: message.data.device,
    authenticatorAdded: message.data.authenticatorAdded,
  })
}

/** The letter that tells a person what was done with their authenticator, and how to undo it if it was not them. */
export async function prepareAuthenticatorChanged(
  parts: LinkParts,
  tx: Transaction,
  message: QueuedMessage<'authenticator-changed'>,
): Promise<Prepared<'authenticator-changed'>> {
  const { at, device, change, byId = null, changeId } = message.data
  return toRecipient(message, {
    ...(await commonTo(parts.publicUrl, tx, message)),
    notMeUrl: linkToUndo(parts, await organizationOf(tx), changeId),
    when: formatInstant(new Date(at), message.locale),
    device,
    change,
    isByManager: byId !== null,
    by: byId && (await nameOf(tx, byId)),
  })
}

/** The letter that tells the old address and the new one that they changed, or that the number did, and how to undo it. */
export async function prepareContactChanged(
  parts: LinkParts,
  tx: Transaction,
  message: QueuedMessage<'contact-changed'>,
): Promise<Prepared<'contact-changed'>> {
  const { at, device, kind, change, changeId } = message.data
  return toRecipient(message, {
    ...(await commonTo(parts.publicUrl, tx, message)),
    notMeUrl: linkToUndo(parts, await organizationOf(tx), changeId),
    when: formatInstant(new Date(at), message.locale),
    device,
    kind,
    change,
  })
}

/** The letter that tells a person that a change was undone and their account is closed, and how they get back in. */
export async function prepareAccountProtected(
  parts: LinkParts,
  tx: Transaction,
  message: QueuedMessage<'account-protected'>,
): Promise<Prepared<'account-protected'>> {
  const { changeId, authenticator, restored = [], wayBack } = message.data
  return toRecipient(message, {
    ...(await commonTo(parts.publicUrl, tx, message)),
    standsUrl: linkToUndo(parts, await organizationOf(tx), changeId),
    authenticator,
    restored,
    wayBack,
  })
}

/** The letter that tells a person that sign-in is paused on browsers they have not used, and how to get in from one. */
export async function prepareSignInPaused(
  publicUrl: string,
  tx: Transaction,
  message: QueuedMessage<'sign-in-paused'>,
  out: { link: string } | null,
): Promise<Prepared<'sign-in-paused'>> {
  const common = await commonTo(publicUrl, tx, message)
  return toRecipient(message, { ...common, recoverUrl: out?.link ?? common.recoverUrl })
}

/** The letter that tells a person that the code they asked for does not come, where no link may go out instead. */
export async function prepareCodeNotSent(
  publicUrl: string,
  tx: Transaction,
  message: QueuedMessage<'code-not-sent'>,
): Promise<Prepared<'code-not-sent'>> {
  return toRecipient(message, await commonTo(publicUrl, tx, message))
}

/** The letter that tells a person why no reset link comes to their new address, from when on, and whom to ask till then. */
export async function prepareAddressTooNew(
  publicUrl: string,
  tx: Transaction,
  message: QueuedMessage<'address-too-new'>,
): Promise<Prepared<'address-too-new'>> {
  const common = await commonTo(publicUrl, tx, message)
  const until = formatInstant(new Date(message.data.until), message.locale)
  return toRecipient(message, { ...common, until, askUrl: `${common.recoverUrl}/ask` })
}

/** The letter that tells a person that their organization did not let them back in this way. */
export async function prepareRequestRefused(
  publicUrl: string,
  tx: Transaction,
  message: QueuedMessage<'request-refused'>,
): Promise<Prepared<'request-refused'>> {
  return toRecipient(message, await commonTo(publicUrl, tx, message))
}

/** The letter that tells who runs an organization that texts to a country are paused, and that this ends by itself. */
export async function prepareTextsPaused(
  publicUrl: string,
  tx: Transaction,
  message: QueuedMessage<'texts-paused'>,
): Promise<Prepared<'texts-paused'>> {
  const { organization, person } = await commonTo(publicUrl, tx, message)
  const { country, sent, proved, until } = message.data
  return toRecipient(message, {
    organization,
    person,
    sent,
    proved,
    country: countryName(country, message.locale),
    until: formatInstant(new Date(until), message.locale),
  })
}

/** The letter to who has an account at an address that somebody signed up with or wanted as theirs: no page could say so. */
export async function prepareAccountExists(
  publicUrl: string,
  tx: Transaction,
  message: QueuedMessage<'account-exists'>,
): Promise<Prepared<'account-exists'>> {
  const common = await commonTo(publicUrl, tx, message)
  return toRecipient(message, { ...common, signInUrl: `${publicUrl}/${common.slug}/sign-in` })
}

/** The letter that tells a person when their account is deleted, and how to keep it. */
export async function prepareDeletionAsked(
  parts: LinkParts,
  tx: Transaction,
  message: QueuedMessage<'deletion-asked'>,
): Promise<Prepared<'deletion-asked'>> {
  const { accountId, dueAt, device } = message.data
  return toRecipient(message, {
    ...(await commonTo(parts.publicUrl, tx, message)),
    keepUrl: linkToKeep(parts, await organizationOf(tx), { accountId, dueAt }),
    when: formatInstant(new Date(dueAt), message.locale),
    device,
  })
}

/** The letter that tells a person that their account stays. */
export async function prepareDeletionStopped(
  publicUrl: string,
  tx: Transaction,
  message: QueuedMessage<'deletion-stopped'>,
): Promise<Prepared<'deletion-stopped'>> {
  return toRecipient(message, { ...(await commonTo(publicUrl, tx, message)), why: message.data.why })
}

/** The last letter: nothing is left from which it could be made but its own address. */
export async function prepareAccountDeleted(
  tx: Transaction,
  message: QueuedMessage<'account-deleted'>,
): Promise<Prepared<'account-deleted'>> {
  if (message.to === null) return { drop: 'no address' }
  const { settings } = await currentSettings(tx)
  const data = {
    ...letterhead(await organizationOf(tx), settings),
    person: { fullName: null },
    isByManager: message.data.isByManager ?? false,
  }
  return { send: { to: message.to, locale: message.locale, data } }
}

/** The name of somebody; null when they have no account any more. */
export async function nameOf(tx: Transaction, accountId: string): Promise<string | null> {
  return (await accountById(tx, accountId))?.fullName ?? null
}

/** Whether somebody is an owner still: who is none any more is told nothing of how people get in and who decides it. */
export async function isOwner(tx: Transaction, accountId: string): Promise<boolean> {
  const account = await accountById(tx, accountId)
  return account?.role === 'owner' && account.state === 'active'
}

/** What letters to a person are made of; each prints only some of it. */
export async function commonTo(publicUrl: string, tx: Transaction, message: Notice) {
  const organization = await organizationOf(tx)
  const { settings } = await currentSettings(tx)
  return {
    ...letterhead(organization, settings),
    person: { fullName: await nameOf(tx, message.data.accountId) },
    slug: organization.slug,
    recoverUrl: `${publicUrl}/${organization.slug}/recover`,
    support: settings.branding.support,
  }
}

/** Hands a letter over to the address that whoever queued it named: it may be one that the account no longer has. */
export function toRecipient<Name extends NoticeName>(
  message: QueuedMessage<Name>,
  data: LetterData[Name],
): Prepared<Name> {
  if (message.to === null) return { drop: 'no address' }
  return { send: { to: message.to, locale: message.locale, data } }
}
