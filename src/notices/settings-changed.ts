import type { Transaction } from '../database/transaction.ts'
import type { Prepared, QueuedMessage } from '../delivery/message.ts'
import { formatInstant } from '../i18n/format.ts'
import { shownDifference } from '../organizations/settings-difference.ts'
import { savedVersion } from '../organizations/store.ts'
import { commonTo, isOwner, nameOf, toRecipient } from './prepare.ts'

/** The letter that tells an owner which settings were changed, by whom, and where each can be taken back. */
export async function prepareSettingsChanged(
  publicUrl: string,
  tx: Transaction,
  message: QueuedMessage<'settings-changed'>,
): Promise<Prepared<'settings-changed'>> {
  const { accountId, version } = message.data
  if (!(await isOwner(tx, accountId))) return { drop: 'no owner any more' }
  const [saved, before] = [await savedVersion(tx, version), await savedVersion(tx, version - 1)]
  if (!saved || !before) return { drop: 'no such version' }
  const common = await commonTo(publicUrl, tx, message)
  return toRecipient(message, {
    ...common,
    by: saved.savedBy && (await nameOf(tx, saved.savedBy)),
    when: formatInstant(saved.savedAt, message.locale),
    version,
    changes: shownDifference(before.settings, saved.settings, message.locale),
    historyUrl: `${publicUrl}/${common.slug}/manage/history/${version}`,
  })
}
