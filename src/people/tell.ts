import type { Managed } from '../access/managed.ts'
import { verifiedEmail, type Account } from '../accounts/account.ts'
import { owners } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { QueuedData } from '../delivery/message.ts'
import { enqueue } from '../delivery/outbox.ts'
import { currentSettings } from '../organizations/store.ts'
import type { Random } from '../platform/random.ts'

/** Queues the letter that tells a person, if an address of theirs is verified, what was done to their account and by whom. */
export async function tellPerson(
  tx: Transaction,
  random: Random,
  { person, manager }: Managed,
  standing: QueuedData['standing-changed']['standing'],
): Promise<void> {
  const data = { accountId: person.id, at: tx.now.toISOString(), standing, byId: manager.id }
  await write(tx, random, await localeHere(tx), person, { name: 'standing-changed', data })
}

/**
 * Queues the letter that tells every owner but the person themselves who runs the organization from now on, or does not any more
 * (ASVS 6.3.7): also who did it, for it may have been done from a session that was stolen from them. No manager: whoever runs the
 * server did it.
 */
export async function tellOwners(
  tx: Transaction,
  random: Random,
  { person, manager }: { person: Account; manager: Account | null },
  standing: QueuedData['managers-changed']['standing'],
): Promise<void> {
  const about = { at: tx.now.toISOString(), standing, personId: person.id, byId: manager?.id ?? null }
  const locale = await localeHere(tx)
  for (const owner of await owners(tx)) {
    const data = { accountId: owner.id, ...about }
    if (owner.id !== person.id) await write(tx, random, locale, owner, { name: 'managers-changed', data })
  }
}

type Letter = {
  [Name in 'standing-changed' | 'managers-changed']: { name: Name; data: QueuedData[Name] }
}['standing-changed' | 'managers-changed']

/** The language of the organization, for who has none of their own. */
async function localeHere(tx: Transaction): Promise<string> {
  return (await currentSettings(tx)).settings.branding.locale
}

async function write(
  tx: Transaction,
  random: Random,
  locale: string,
  reader: Account,
  letter: Letter,
): Promise<void> {
  const to = verifiedEmail(reader)
  if (to) await enqueue(tx, random, { ...letter, to, locale: reader.locale ?? locale })
}
