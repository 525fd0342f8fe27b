import { purgeChanges } from './access/change-store.ts'
import { dueForDeletion } from './accounts/deletion-store.ts'
import { purgeSignUps } from './accounts/signup-store.ts'
import { purgeInitialPasswords } from './credentials/initial-store.ts'
import { purgeForeignKinds } from './credentials/store.ts'
import type { Database } from './database/connect.ts'
import { PURGE_BATCH } from './database/purge.ts'
import { withOrganization, withoutOrganization, type Transaction } from './database/transaction.ts'
import { purgeMessages } from './delivery/outbox.ts'
import { purgeLimits } from './limits/limits.ts'
import { purgeTries } from './limits/sign-in-delays.ts'
import { allOrganizations } from './organizations/store.ts'
import type { Logger } from './platform/log.ts'
import type { Random } from './platform/random.ts'
import { stopStuckImport } from './people/import/start.ts'
import { purgeImports } from './people/import/store.ts'
import { deleteDueAccount } from './profile/delete-due.ts'
import { purgePendingContacts } from './profile/contact-store.ts'
import { purgePending } from './profile/pending-store.ts'
import { expireRequests, purgeRequests } from './recovery/requests/store.ts'
import { forgetPending } from './recovery/pending.ts'
import { measureReadiness } from './recovery/readiness/measure.ts'
import { purgeAsks, purgeDays } from './recovery/readiness/store.ts'
import { purgeAttempts } from './recovery/store.ts'
import type { Strategy } from './recovery/strategy.ts'
import { purgeDevices } from './sessions/devices-store.ts'
import { purgeSessions } from './sessions/store.ts'
import { purgeHalfSignIns } from './signin/store.ts'

/** Each tells how many rows it changed; one that changed none holds none. */
const purgesOfAnOrganization: readonly ((tx: Transaction, random: Random) => Promise<number>)[] = [
  purgeAttempts,
  expireRequests,
  purgeRequests,
  purgeChanges,
  forgetPending,
  purgePending,
  purgePendingContacts,
  purgeSessions,
  purgeHalfSignIns,
  purgeSignUps,
  purgeInitialPasswords,
  stopStuckImport,
  purgeImports,
  purgeDevices,
  purgeTries,
  purgeMessages,
  purgeAsks,
  purgeDays,
  // The last of its transaction, because it holds rows also where it deletes none.
  purgeForeignKinds,
]

interface HouseParts {
  database: Database
  random: Random
  log: Logger
  strategies: readonly Strategy[]
}

/**
 * Deletes what is over and no longer kept, in short transactions of one batch each, and measures who could get back in, until
 * it is told to stop. Any worker may, at any time. What fails is logged and stops nothing else: one organization's trouble
 * must not keep all others' data.
 */
export async function keepHouse(
  { database, random, log, strategies }: HouseParts,
  stop?: AbortSignal,
): Promise<void> {
  async function unlessItFails(work: () => Promise<void>, facts: object): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      log.error({ err: error, ...facts }, 'a part of housekeeping could not be done')
      return false
    }
  }
  async function untilDone(batch: () => Promise<number>): Promise<void> {
    while (!stop?.aborted && (await batch()) >= PURGE_BATCH);
  }
  /**
   * What finds nothing to do, and so holds no row, shares its transaction with those after it: most organizations have
   * nothing over, and opening a transaction costs more than looking. Whatever changed something ends it.
   */
  async function purgeAllOf(organization: string): Promise<void> {
    let next = 0
    async function untilOneDid(tx: Transaction): Promise<void> {
      for (const purge of purgesOfAnOrganization.slice(next)) {
        if (stop?.aborted) return
        next += 1
        const changed = await purge(tx, random)
        if (changed >= PURGE_BATCH) next -= 1
        if (changed > 0) return
      }
    }
    while (next < purgesOfAnOrganization.length && !stop?.aborted) {
      const first = next
      const work = () => withOrganization(database, organization, untilOneDid)
      // What could not even begin, or not be kept, is for the next time.
      if (!(await unlessItFails(work, { organization })) && next === first) next += 1
    }
  }
  async function deleteDueOf(organization: string): Promise<void> {
    // Each by itself: one that cannot be deleted must not keep those after it.
    for (const id of await withOrganization(database, organization, dueForDeletion)) {
      if (stop?.aborted) return
      const deleteOne = () =>
        withOrganization(database, organization, (tx) => deleteDueAccount({ random }, tx, id))
      await unlessItFails(deleteOne, { organization, account: id })
    }
  }
  await unlessItFails(() => untilDone(() => withoutOrganization(database, purgeLimits)), {})
  for (const { id } of await allOrganizations(database)) {
    const facts = { organization: id }
    await purgeAllOf(id)
    await unlessItFails(() => deleteDueOf(id), facts)
    if (stop?.aborted) return
    const measure = (tx: Transaction) => measureReadiness({ strategies }, tx)
    await unlessItFails(() => withOrganization(database, id, measure), facts)
  }
}
