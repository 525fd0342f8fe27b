import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import { verifiedEmail } from '../accounts/account.ts'
import { countryOf } from '../accounts/phone.ts'
import { spendSmsToConfirm } from '../accounts/sms-allowance.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import type { Database } from '../database/connect.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { Channel, Prepared, QueuedMessage } from '../delivery/message.ts'
import { enqueue } from '../delivery/outbox.ts'
import type { Limits } from '../limits/limits.ts'
import { currentSettings, organizationOf } from '../organizations/store.ts'
import type { Random } from '../platform/random.ts'
import { commonTo, toRecipient } from './prepare.ts'

interface TestParts {
  database: Database
  random: Random
  limits: Limits
  publicUrl: string
}

/** What became of asking for a test message. `no-address`: the person has none that is verified. */
export type TestSent =
  | { outcome: 'queued' }
  | { outcome: 'no-address' | 'not-allowed' | 'over' }
  | { outcome: 'too-many'; retryAfterSeconds: number }

/** Sends a message that says nothing to who is signed in and runs the organization, and to nobody else, a few times an hour. */
export async function sendTest(
  { database, random, limits }: TestParts,
  organizationId: string,
  who: SignedIn,
  { channel, locale }: { channel: Channel; locale: string },
): Promise<TestSent> {
  return withOrganization(database, organizationId, async (tx): Promise<TestSent> => {
    const held = await lockSignedIn(tx, who)
    if (!held) return { outcome: 'over' }
    const { account } = held
    if (account.role === 'member') return { outcome: 'not-allowed' }
    const to = channel === 'email' ? verifiedEmail(account) : account.phoneVerifiedAt && account.phone
    if (!to) return { outcome: 'no-address' }
    const spent = await limits.spendIn(tx, 'test-messages-per-account', organizationId, account.id)
    if (!spent.allowed) return { outcome: 'too-many', retryAfterSeconds: spent.retryAfterSeconds }
    const name = channel === 'email' ? 'test-email' : 'test-text'
    await enqueue(tx, random, {
      name,
      to,
      locale: account.locale ?? locale,
      data: { accountId: account.id },
    })
    await record(tx, random, {
      kind: 'message.tested',
      outcome: 'success',
      origin: visitorOrigin(who.visitor, account.id),
      detail: { channel },
    })
    return { outcome: 'queued' }
  })
}

/** The mail that proves that mail goes out. */
export async function prepareTestEmail(
  publicUrl: string,
  tx: Transaction,
  message: QueuedMessage<'test-email'>,
): Promise<Prepared<'test-email'>> {
  const common = await commonTo(publicUrl, tx, message)
  return toRecipient(message, { ...common, messagesUrl: `${publicUrl}/${common.slug}/manage/messages` })
}

/** The text that proves that texts go out. It costs what every text costs, and is refused for the same reasons. */
export async function prepareTestText(
  parts: Pick<TestParts, 'limits' | 'random'>,
  tx: Transaction,
  { to, locale, data: { accountId } }: QueuedMessage<'test-text'>,
): Promise<Prepared<'test-text'>> {
  if (to === null) return { drop: 'no address' }
  const { settings } = await currentSettings(tx)
  if (!settings.sms.countries.includes(countryOf(to) ?? '')) return { drop: 'country' }
  const allowance = await spendSmsToConfirm(parts, tx, { accountId, phone: to }, settings)
  if (allowance !== 'allowed') return { drop: allowance }
  const { name } = await organizationOf(tx)
  return { send: { to, locale, data: { organization: { name } } } }
}
