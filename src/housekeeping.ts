import { purgeChanges } from './access/change-store.ts'
import { purgeSignUps } from './accounts/signup-store.ts'
import { purgeInitialPasswords } from './credentials/initial-store.ts'
import type { Database } from './database/connect.ts'
import { PURGE_BATCH } from './database/purge.ts'
import { withOrganization, withoutOrganization, type Transaction } from './database/transaction.ts'
import { purgeMessages } from './delivery/outbox.ts'
import { purgeLimits } from './limits/limits.ts'
import { purgeTries } from './limits/sign-in-delays.ts'
import { allOrganizations } from './organizations/store.ts'
import type { Logger } from './platform/log.ts'
import { purgePendingContacts } from './profile/contact-store.ts'
import { purgePending } from './profile/pending-store.ts'
import { expireRequests, purgeRequests } from './recovery/requests/store.ts'
import { forgetPending } from './recovery/pending.ts'
import { purgeAttempts } from './recovery/store.ts'
import { purgeDevices } from './sessions/devices-store.ts'
import { purgeSessions } from './sessions/store.ts'
import { purgeHalfSignIns } from './signin/store.ts'

const purgesOfAnOrganization: readonly ((tx: Transaction) => Promise<number>)[] = [
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
  purgeDevices,
  purgeTries,
  purgeMessages,
]

/**
 * Deletes what is over and no longer kept, in short transactions of one batch each, until it is told to stop. Any worker
 * may, at any time. What fails is logged and stops nothing else: one organization's trouble must not keep all others'
 * data.
 */
export async function keepHouse(
  { database, log }: { database: Database; log: Logger },
  stop?: AbortSignal,
): Promise<void> {
  async function untilDone(batch: () => Promise<number>, facts: object): Promise<void> {
    try {
      while (!stop?.aborted && (await batch()) >= PURGE_BATCH);
    } catch (error) {
      log.error({ err: error, ...facts }, 'what is over could not be deleted')
    }
  }
  await untilDone(() => withoutOrganization(database, purgeLimits), {})
  for (const { id } of await allOrganizations(database)) {
    for (const purge of purgesOfAnOrganization) {
      await untilDone(() => withOrganization(database, id, purge), { organization: id })
    }
  }
}
