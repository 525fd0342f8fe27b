import { accountById } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Prepared, QueuedMessage } from '../delivery/message.ts'
import { formatInstant } from '../i18n/format.ts'
import { letterhead } from '../organizations/branding.ts'
import { shownDifference } from '../organizations/settings-difference.ts'
import { currentSettings, organizationOf, savedVersion } from '../organizations/store.ts'

/** The letter that tells an owner which settings were changed, by whom, and where each can be taken back. */
export async function prepareSettingsChanged(
  publicUrl: string,
  tx: Transaction,
  { to, locale, data }: QueuedMessage<'settings-changed'>,
): Promise<Prepared<'settings-changed'>> {
  const reader = await accountById(tx, data.accountId)
  // Who is no owner any more, or another person's by now, is told nothing of how people get in.
  if (to === null || reader?.role !== 'owner' || reader.state !== 'active')
    return { drop: 'no owner any more' }
  const [saved, before] = [await savedVersion(tx, data.version), await savedVersion(tx, data.version - 1)]
  if (!saved || !before) return { drop: 'no such version' }
  const organization = await organizationOf(tx)
  const { settings } = await currentSettings(tx)
  const by = saved.savedBy === null ? null : await accountById(tx, saved.savedBy)
  return {
    send: {
      to,
      locale,
      data: {
        ...letterhead(organization, settings),
        person: { fullName: reader.fullName },
        by: by?.fullName ?? null,
        when: formatInstant(saved.savedAt, locale),
        version: saved.version,
        changes: shownDifference(before.settings, saved.settings, locale),
        historyUrl: `${publicUrl}/${organization.slug}/manage/history/${saved.version}`,
      },
    },
  }
}
