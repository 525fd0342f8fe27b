import { eraseAccount } from '../access/erase.ts'
import { verifiedEmail } from '../accounts/account.ts'
import { deletionDueAt, holdOwners, isOnlyOwner, nextDueForDeletion } from '../accounts/deletion-store.ts'
import { lockAccount } from '../accounts/store.ts'
import { record } from '../audit/audit.ts'
import type { Transaction } from '../database/transaction.ts'
import { enqueue } from '../delivery/outbox.ts'
import { currentSettings } from '../organizations/store.ts'
import type { Random } from '../platform/random.ts'
import { stopDeletion } from './deletion.ts'

/**
 * Deletes the one account of an organization that is due for longest, with all that is kept of it, and says so to the
 * address that it had. Whoever has become the only owner meanwhile stays, and is told. Returns how many were due: 0 or 1.
 */
export async function deleteDueAccount({ random }: { random: Random }, tx: Transaction): Promise<number> {
  const id = await nextDueForDeletion(tx)
  if (id === null) return 0
  await holdOwners(tx)
  const account = await lockAccount(tx, id)
  const dueAt = account && (await deletionDueAt(tx, id))
  // Kept, or deleted by another worker, since it was found.
  if (!account || !dueAt || dueAt > tx.now) return 1
  const { settings } = await currentSettings(tx)
  const { locale } = settings.branding
  if (await isOnlyOwner(tx, id)) {
    await stopDeletion({ random }, tx, account, { why: 'last-owner', locale, origin: { actor: 'system' } })
    return 1
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
  return 1
}
