import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import { setLocale } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization } from '../database/transaction.ts'
import type { ProfileParts } from './parts.ts'

/**
 * Keeps the language that a signed-in person chose for pages and messages; null: the browser's. It is recorded, because a
 * thief may choose one in which the person cannot read the notices of what comes next. False when the session is over.
 */
export async function changeLanguage(
  parts: ProfileParts,
  organizationId: string,
  { locale, ...who }: SignedIn & { locale: string | null },
): Promise<boolean> {
  return withOrganization(parts.database, organizationId, async (tx) => {
    const held = await lockSignedIn(tx, who)
    if (!held) return false
    const { account } = held
    if (account.locale === locale) return true
    await setLocale(tx, account.id, locale)
    await record(tx, parts.random, {
      kind: 'language.changed',
      outcome: 'success',
      origin: visitorOrigin(who.visitor, account.id),
      subjectId: account.id,
      detail: { from: account.locale ?? 'browser', to: locale ?? 'browser' },
    })
    return true
  })
}
