import { verifiedEmail, type Account } from '../accounts/account.ts'
import { withOrganization } from '../database/transaction.ts'
import { enqueue } from '../delivery/outbox.ts'
import { currentSettings } from '../organizations/store.ts'
import type { Visitor } from '../platform/visitor.ts'
import { recordRefusal } from './enter.ts'
import type { SignInParts } from './parts.ts'

/**
 * Tells the person, once a day, that unknown browsers are kept out for now, and how to get in from one. `subject` is what
 * the limit counts by, for people who are not there too.
 */
export async function tellOfPause(
  parts: SignInParts,
  organizationId: string,
  { account, subject }: { account: Account | null; subject: string },
  visitor: Visitor,
): Promise<void> {
  const first = await parts.limits.spend('sign-in-paused-mail-per-account', organizationId, subject)
  if (!first.allowed) return
  await withOrganization(parts.database, organizationId, async (tx) => {
    // Nobody can guess a password that is not there; the letter would offer what does not work.
    const to = account && !account.protectedAt && verifiedEmail(account)
    if (to) {
      await enqueue(tx, parts.random, {
        name: 'sign-in-paused',
        to,
        // Not the language of the browser that guesses.
        locale: account.locale ?? (await currentSettings(tx)).settings.branding.locale,
        data: { accountId: account.id },
      })
    }
    await recordRefusal(parts, tx, 'sign-in.paused', account, visitor)
  })
}
