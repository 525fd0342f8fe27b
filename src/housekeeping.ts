import type { Database } from './database/connect.ts'
import { withOrganization, withoutOrganization } from './database/transaction.ts'
import { purgeMessages } from './delivery/outbox.ts'
import { purge as purgeLimits } from './limits/limits.ts'
import { purgeTries } from './limits/sign-in-delays.ts'
import { allOrganizations } from './organizations/store.ts'
import { purgeAttempts } from './recovery/store.ts'
import { purgeDevices } from './sessions/known-devices.ts'
import { purgeSessions } from './sessions/store.ts'

/** Deletes what is over and no longer kept, organization by organization in short transactions. Any worker may, at any time. */
export async function keepHouse(database: Database): Promise<void> {
  await withoutOrganization(database, purgeLimits)
  for (const { id } of await allOrganizations(database)) {
    await withOrganization(database, id, async (tx) => {
      await purgeAttempts(tx)
      await purgeSessions(tx)
      await purgeDevices(tx)
      await purgeTries(tx)
      await purgeMessages(tx)
    })
  }
}
