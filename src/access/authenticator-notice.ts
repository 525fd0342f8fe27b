import { verifiedEmail, type Account } from '../accounts/account.ts'
import { raiseSecurityEpoch } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { ChangeOfAuthenticator } from '../delivery/message.ts'
import { enqueue } from '../delivery/outbox.ts'
import type { Random } from '../platform/random.ts'
import type { Visitor } from '../platform/visitor.ts'
import { addChange } from './change-store.ts'

/**
 * All that belongs to a change of a locked account's authenticator but its sessions: recoveries and sign-ins begun before are
 * out of date, the change is kept so that it can be undone, and the letter about it is queued (ASVS 6.3.7). `locale` is for who
 * has chosen no language; `visitor` null: somebody who runs the organization made it, whose device is none of their concern.
 */
export async function tellOfChangedAuthenticator(
  tx: Transaction,
  random: Random,
  account: Account,
  made: { id: string; change: ChangeOfAuthenticator; visitor: Visitor | null; locale: string },
): Promise<void> {
  const { id, change, visitor, locale } = made
  const securityEpoch = await raiseSecurityEpoch(tx, account.id)
  await addChange(tx, {
    id,
    accountId: account.id,
    securityEpoch,
    changed: 'authenticator',
    authenticator: change,
    contactBefore: null,
  })
  const to = verifiedEmail(account)
  if (!to) return
  await enqueue(tx, random, {
    name: 'authenticator-changed',
    to,
    locale: account.locale ?? locale,
    data: {
      accountId: account.id,
      at: tx.now.toISOString(),
      device: visitor?.device || null,
      address: visitor?.place ?? '',
      change,
      ...(visitor ? {} : { isByManager: true }),
      changeId: id,
    },
  })
}
