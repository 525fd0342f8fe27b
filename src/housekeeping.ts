import type { Database } from './database/connect.ts'
import { PURGE_BATCH } from './database/purge.ts'
import { withOrganization, withoutOrganization, type Transaction } from './database/transaction.ts'
import { purgeMessages } from './delivery/outbox.ts'
import { purge as purgeLimits } from './limits/limits.ts'
import { purgeTries } from './limits/sign-in-delays.ts'
import { allOrganizations } from './organizations/store.ts'
import { purgeAttempts } from './recovery/store.ts'
import { purgeDevices } from './sessions/known-devices.ts'
import { purgeSessions } from './sessions/store.ts'

const purgesOfAnOrganization: readonly ((tx: Transaction) => Promise<number>)[] = [
  purgeAttempts,
  purgeSessions,
  purgeDevices,
  purgeTries,
  purgeMessages,
]

/** Deletes what is over and no longer kept, in short transactions of one batch each. Any worker may, at any time. */
export async function keepHouse(database: Database): Promise<void> {
  await untilDone(() => withoutOrganization(database, purgeLimits))
  for (const { id } of await allOrganizations(database)) {
    for (const purge of purgesOfAnOrganization) await untilDone(() => withOrganization(database, id, purge))
  }
}

async function untilDone(batch: () => Promise<number>): Promise<void> {
  while ((await batch()) >= PURGE_BATCH);
}
