import { verifiedEmail, type Account } from '../accounts/account.ts'
import { raiseSecurityEpoch } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { QueuedData } from '../delivery/message.ts'
import { enqueue } from '../delivery/outbox.ts'
import type { Random } from '../platform/random.ts'
import type { Visitor } from '../platform/visitor.ts'
import { addChange, type AccountChange } from './change-store.ts'

/** Who makes a change of their own account, and the language of the page on which they do, for who has chosen none. */
export interface ChangeMaker {
  visitor: Visitor
  locale: string
}

/** What every letter about a change tells. */
interface About {
  accountId: string
  at: string
  device: string | null
  address: string
  changeId: string
}

type Letter = {
  [Name in 'password-changed' | 'authenticator-changed' | 'contact-changed']: {
    name: Name
    data: QueuedData[Name]
  }
}['password-changed' | 'authenticator-changed' | 'contact-changed']

interface Kept extends Pick<AccountChange, 'id' | 'changed'> {
  /** Null: somebody who runs the organization made it, whose device is none of its person's concern. */
  visitor: Visitor | null
  locale: string
  authenticator?: AccountChange['authenticator']
  contactBefore?: AccountChange['contactBefore']
  /** An address that is verified with the change, and was not the account's before it. */
  newEmail?: string | null
  letter: (about: About) => Letter
}

/**
 * What belongs to every change of how a locked account is entered or reached: recoveries and confirmations begun before it
 * are out of date, it is kept so that it can be undone, and the letter about it goes to every verified address, the one
 * before and the one after (ASVS 6.3.7). Which sessions end is the change's own.
 */
export async function keepChange(
  tx: Transaction,
  random: Random,
  account: Account,
  change: Kept,
): Promise<void> {
  const { id, changed, authenticator = null, contactBefore = null, visitor, locale } = change
  const securityEpoch = await raiseSecurityEpoch(tx, account.id)
  await addChange(tx, { id, accountId: account.id, securityEpoch, changed, authenticator, contactBefore })
  const letter = change.letter({
    accountId: account.id,
    at: tx.now.toISOString(),
    device: visitor?.device || null,
    address: visitor?.place ?? '',
    changeId: id,
  })
  for (const to of new Set([verifiedEmail(account), change.newEmail ?? null])) {
    if (to !== null) await enqueue(tx, random, { ...letter, to, locale: account.locale ?? locale })
  }
}
