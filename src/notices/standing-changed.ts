import { accountById } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Prepared, QueuedMessage } from '../delivery/message.ts'
import { formatInstant } from '../i18n/format.ts'
import { letterhead } from '../organizations/branding.ts'
import { currentSettings, organizationOf } from '../organizations/store.ts'
import { nameOf } from './prepare.ts'

/** The letter that tells a person what somebody who runs the organization did to their account: who, and how they go on. */
export async function prepareStandingChanged(
  publicUrl: string,
  tx: Transaction,
  { to, locale, data }: QueuedMessage<'standing-changed'>,
): Promise<Prepared<'standing-changed'>> {
  if (to === null) return { drop: 'no address' }
  const { slug, head, support } = await about(tx)
  return {
    send: {
      to,
      locale,
      data: {
        ...head,
        person: { fullName: await nameOf(tx, data.accountId) },
        when: formatInstant(new Date(data.at), locale),
        standing: data.standing,
        by: await nameOf(tx, data.byId),
        signInUrl: `${publicUrl}/${slug}/sign-in`,
        support,
      },
    },
  }
}

/**
 * The letter that tells an owner who runs the organization from now on, or does not any more. It leads to the person's page and
 * opens nothing: a link that changes roles would be a way in of its own, for whoever reads an owner's mail.
 */
export async function prepareManagersChanged(
  publicUrl: string,
  tx: Transaction,
  { to, locale, data }: QueuedMessage<'managers-changed'>,
): Promise<Prepared<'managers-changed'>> {
  const reader = await accountById(tx, data.accountId)
  // Who is no owner any more, or another person's by now, is told nothing of who runs the organization.
  if (to === null || reader?.role !== 'owner' || reader.state !== 'active')
    return { drop: 'no owner any more' }
  const person = await accountById(tx, data.personId)
  if (!person && data.standing !== 'deleted') return { drop: 'no such person any more' }
  const { slug, head } = await about(tx)
  const people = `${publicUrl}/${slug}/manage/people`
  return {
    send: {
      to,
      locale,
      data: {
        ...head,
        person: { fullName: reader.fullName },
        when: formatInstant(new Date(data.at), locale),
        standing: data.standing,
        name: person?.fullName ?? null,
        by: await nameOf(tx, data.byId),
        isByReader: data.byId === reader.id,
        peopleUrl: person ? `${people}/${person.id}` : people,
        passwordUrl: `${publicUrl}/${slug}/account/password`,
      },
    },
  }
}

async function about(tx: Transaction) {
  const organization = await organizationOf(tx)
  const { settings } = await currentSettings(tx)
  return {
    slug: organization.slug,
    head: letterhead(organization, settings),
    support: settings.branding.support,
  }
}
