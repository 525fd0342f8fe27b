import { narrower, stricter, type Settings } from '../organizations/settings.ts'
import { currentSettings, settingsUnder } from '../organizations/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Attempt } from './attempt.ts'

/** The settings that hold for an attempt now: the stricter of those it began under and today's; passwords always today's. */
export async function settingsFor(tx: Transaction, attempt: Attempt): Promise<Settings> {
  const now = await currentSettings(tx)
  if (now.version === attempt.settingsVersion) return now.settings
  const began = await settingsUnder(tx, attempt.settingsVersion)
  return {
    ...now.settings,
    recovery: stricter(began.settings.recovery, now.settings.recovery),
    sms: narrower(began.settings.sms, now.settings.sms),
  }
}
