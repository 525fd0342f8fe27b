import { accountById } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Prepared, QueuedMessage } from '../delivery/message.ts'
import { formatInstant } from '../i18n/format.ts'
import { commonTo, isOwner, nameOf, toRecipient } from './prepare.ts'

/** The letter that tells a person what somebody who runs the organization did to their account: who, and how they go on. */
export async function prepareStandingChanged(
  publicUrl: string,
  tx: Transaction,
  message: QueuedMessage<'standing-changed'>,
): Promise<Prepared<'standing-changed'>> {
  const { at, standing, byId } = message.data
  const common = await commonTo(publicUrl, tx, message)
  return toRecipient(message, {
    ...common,
    when: formatInstant(new Date(at), message.locale),
    standing,
    by: await nameOf(tx, byId),
    signInUrl: `${publicUrl}/${common.slug}/sign-in`,
  })
}

/**
 * The letter that tells an owner who runs the organization from now on, or does not any more. It leads to the person's page and
 * opens nothing: a link that changes roles would be a way in of its own, for whoever reads an owner's mail.
 */
export async function prepareManagersChanged(
  publicUrl: string,
  tx: Transaction,
  message: QueuedMessage<'managers-changed'>,
): Promise<Prepared<'managers-changed'>> {
  const { data } = message
  if (!(await isOwner(tx, data.accountId))) return { drop: 'no owner any more' }
  const person = await accountById(tx, data.personId)
  if (!person && data.standing !== 'deleted') return { drop: 'no such person any more' }
  const common = await commonTo(publicUrl, tx, message)
  const people = `${publicUrl}/${common.slug}/manage/people`
  return toRecipient(message, {
    ...common,
    when: formatInstant(new Date(data.at), message.locale),
    standing: data.standing,
    name: person?.fullName ?? null,
    by: data.byId && (await nameOf(tx, data.byId)),
    isByReader: data.byId === data.accountId,
    peopleUrl: person ? `${people}/${person.id}` : people,
    passwordUrl: `${publicUrl}/${common.slug}/account/password`,
  })
}
