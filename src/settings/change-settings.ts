import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import { verifiedEmail } from '../accounts/account.ts'
import { owners } from '../accounts/store.ts'
import { record, visitorOrigin, type Origin } from '../audit/audit.ts'
import type { Database } from '../database/connect.ts'
import { isDuplicate } from '../database/faults.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { enqueue } from '../delivery/outbox.ts'
import { differenceOf } from '../organizations/settings-difference.ts'
import type { Settings } from '../organizations/settings.ts'
import { currentSettings, saveSettings } from '../organizations/store.ts'
import type { Random } from '../platform/random.ts'

/** Settings that an owner wants instead of those that they saw. */
export interface WantedSettings {
  settings: Settings
  /** The version that they saw: whoever decided on another one decided on something else. */
  basedOn: number
  /** The older version that is taken over again, if one is. */
  restoredFrom?: number
  /** The page's, for owners who have chosen no language. */
  locale: string
}

/**
 * `overtaken`: somebody saved others meanwhile. `same`: there is nothing to change. `not-owner`: they are not any more.
 * `over`: the session is not there any more.
 */
export type SettingsChanged =
  { outcome: 'changed'; version: number } | { outcome: 'overtaken' | 'same' | 'not-owner' | 'over' }

/**
 * Puts settings in force, as the next numbered version, in the name of an owner who is signed in or of whoever runs the
 * server; every owner is told what changed (ASVS 7.5.3, 16.3.3). Recoveries under way go on under the stricter of both. Of two
 * who save at once, one is told to look again.
 */
export async function changeSettings(
  { database, random }: { database: Database; random: Random },
  organizationId: string,
  who: SignedIn | 'operator',
  wanted: WantedSettings,
): Promise<SettingsChanged> {
  try {
    return await withOrganization(database, organizationId, async (tx): Promise<SettingsChanged> => {
      const by = await whoSaves(tx, who)
      if ('outcome' in by) return by
      const current = await currentSettings(tx)
      if (current.version !== wanted.basedOn) return { outcome: 'overtaken' }
      const changes = differenceOf(current.settings, wanted.settings)
      if (changes.length === 0) return { outcome: 'same' }
      const version = await saveSettings(tx, wanted.settings, {
        // Not whatever is the latest by now: who saved since this was read would be written over.
        basedOn: current.version,
        savedBy: by.origin.actorId ?? null,
        restoredFrom: wanted.restoredFrom ?? null,
      })
      await record(tx, random, {
        kind: 'settings.changed',
        outcome: 'success',
        origin: by.origin,
        detail: { version, changed: changes.map(({ setting }) => setting).join(', ') },
      })
      await tellOwners(tx, random, version, wanted.locale)
      return { outcome: 'changed', version }
    })
  } catch (error) {
    if (isDuplicate(error)) return { outcome: 'overtaken' }
    throw error
  }
}

/** In whose name settings are saved, looked up under the lock of their account; or why not in theirs. */
async function whoSaves(
  tx: Transaction,
  who: SignedIn | 'operator',
): Promise<{ origin: Origin } | { outcome: 'over' | 'not-owner' }> {
  if (who === 'operator') return { origin: { actor: 'operator' } }
  const held = await lockSignedIn(tx, who)
  if (!held) return { outcome: 'over' }
  if (held.account.role !== 'owner') return { outcome: 'not-owner' }
  return { origin: visitorOrigin(who.visitor, held.account.id) }
}

/** Queues the letter about a version of the settings to every owner who has a verified address, also to who saved it. */
async function tellOwners(tx: Transaction, random: Random, version: number, locale: string): Promise<void> {
  for (const owner of await owners(tx)) {
    const to = verifiedEmail(owner)
    if (!to) continue
    await enqueue(tx, random, {
      name: 'settings-changed',
      to,
      locale: owner.locale ?? locale,
      data: { accountId: owner.id, version },
    })
  }
}
