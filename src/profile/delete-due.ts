import { eraseAccount } from '../access/erase.ts'
import { verifiedEmail } from '../accounts/account.ts'
import { holdOwners, isOnlyOwner } from '../accounts/deletion-store.ts'
import { lockAccount } from '../accounts/store.ts'
import { record } from '../audit/audit.ts'
import type { Transaction } from '../database/transaction.ts'
import { enqueue } from '../delivery/outbox.ts'
import { currentSettings } from '../organizations/store.ts'
import type { Random } from '../platform/random.ts'
import { deletedFrom, stopDeletion } from './deletion.ts'

/**
 * Deletes an account that is due, with all that is kept of it, and says so to the address that it had. Whoever has become
 * the only owner meanwhile stays, and is told.
 */
export async function deleteDueAccount(
  { random }: { random: Random },
  tx: Transaction,
  id: string,
): Promise<void> {
  await holdOwners(tx)
  const account = await lockAccount(tx, id)
  const dueAt = account && (await deletedFrom(tx, account))
  // Held up by a change, or kept, suspended, or deleted by another worker, since it was found.
  if (!account || account.state === 'suspended' || !dueAt || dueAt > tx.now) return
  const { settings } = await currentSettings(tx)
  const { locale } = settings.branding
  if (await isOnlyOwner(tx, id)) {
    await stopDeletion({ random }, tx, account, { why: 'last-owner', locale, origin: { actor: 'system' } })
    return
  }
  await eraseAccount(tx, account)
  await record(tx, random, {
    kind: 'account.deleted',
    outcome: 'success',
    origin: { actor: 'system' },
    subjectId: id,
  })
  const to = verifiedEmail(account)
  if (to)
    await enqueue(tx, random, {
      name: 'account-deleted',
      to,
      locale: account.locale ?? locale,
      data: {},
    })
}
