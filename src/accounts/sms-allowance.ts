import { record } from '../audit/audit.ts'
import { keepPartIf, type Transaction } from '../database/transaction.ts'
import type { LimitName, Limits } from '../limits/limits.ts'
import type { Random } from '../platform/random.ts'
import { countProved, countText, isCountryPaused, mayTextCountry } from './countries-store.ts'
import { countryOf, numberPrefix } from './phone.ts'

/** Whether a text may be sent, or what forbids it. Only the audit log is told which. */
export type SmsAllowance = 'allowed' | 'pause' | 'number' | 'prefix' | 'account' | 'organization' | 'country'

/**
 * Sends to one number, 30, 60 and 120 s apart at the least. Each allows two seconds less: people's pages count from when
 * they asked, this from when the text leaves, and the one before may have waited for its worker.
 */
const PAUSES: readonly LimitName[] = [
  'sms-per-number-first-pause',
  'sms-per-number-second-pause',
  'sms-per-number-third-pause',
]

/** The part of an organization's day after which its log says so. */
const NEARLY_ALL = 0.8

interface Spending {
  limits: Limits
  random: Random
}

/** What an organization decides about its texts, and the language of who runs it and has chosen none. */
interface SettingsOfTexts {
  sms: { messagesPerDay: number }
  branding: { locale: string }
}

/**
 * Spends what a text costs: the number's own allowance and that of its neighbours, whatever the organization (a person's
 * telephone and the operator's bill are the same in all of them; numbers bought together are how texts are turned into
 * money), and the organization's day, so that one organization's flood is not another's silence. A refusal costs nothing:
 * asking in a loop makes no wait longer.
 * Only the worker asks: an answer to it must never reach a page, or people who are there could be told apart.
 */
export async function spendSms(
  parts: Spending,
  tx: Transaction,
  phone: string,
  settings: SettingsOfTexts,
): Promise<SmsAllowance> {
  const country = countryOf(phone)
  if (country === null || !(await mayTextCountry(parts, tx, country, settings.branding.locale)))
    return 'country'
  const allowance = await spendCosts(parts, tx, phone, settings)
  if (allowance === 'allowed') await countText(tx, country)
  return allowance
}

/**
 * The same of a text by which who is signed in confirms a number of their own: three a day for each account, and no more than
 * half of the organization's day. The watch over countries does not count it. Else a few people who sign up and answer no
 * text would silence everybody's recovery.
 */
export async function spendSmsToConfirm(
  parts: Spending,
  tx: Transaction,
  { accountId, phone }: { accountId: string; phone: string },
  settings: SettingsOfTexts,
): Promise<SmsAllowance> {
  const country = countryOf(phone)
  if (country === null || (await isCountryPaused(tx, country))) return 'country'
  return spendCosts(parts, tx, phone, settings, accountId)
}

async function spendCosts(
  { limits, random }: Spending,
  tx: Transaction,
  phone: string,
  { sms: { messagesPerDay } }: SettingsOfTexts,
  ownerId: string | null = null,
): Promise<SmsAllowance> {
  const { organizationId } = tx
  const spent = await keepPartIf<{ allowance: SmsAllowance; isNearlyAll?: boolean }>(
    tx,
    ({ allowance }) => allowance === 'allowed',
    async (part) => {
      for (const [rule, key, refusal] of rulesOf(phone)) {
        if (!(await limits.spendIn(part, rule, key)).allowed) return { allowance: refusal }
      }
      if (ownerId !== null) {
        const own = await limits.spendIn(part, 'sms-to-confirm-per-account-day', organizationId, ownerId)
        if (!own.allowed) return { allowance: 'account' }
        const most = Math.ceil(messagesPerDay / 2)
        const half = await limits.spendUpTo(part, most, 'sms-to-confirm-per-organization-day', organizationId)
        if (!half.allowed) return { allowance: 'organization' }
      }
      const day = await limits.spendUpTo(part, messagesPerDay, 'sms-per-organization-day', organizationId)
      if (!day.allowed) return { allowance: 'organization' }
      return { allowance: 'allowed', isNearlyAll: day.spent === Math.ceil(NEARLY_ALL * day.most) }
    },
  )
  if (spent.isNearlyAll) {
    await record(tx, random, {
      kind: 'sms.budget-nearly-spent',
      outcome: 'success',
      origin: { actor: 'system' },
      detail: { messagesPerDay },
    })
  }
  return spent.allowance
}

/** Tells the watch over countries that the code of a text was typed: it went to somebody who reads. */
export async function smsWasAnswered(tx: Transaction, phone: string): Promise<void> {
  const country = countryOf(phone)
  if (country !== null) await countProved(tx, country)
}

/** In the one order in which they are always spent. */
function rulesOf(phone: string): [LimitName, string, SmsAllowance][] {
  return [
    ...PAUSES.map((pause): [LimitName, string, SmsAllowance] => [pause, phone, 'pause']),
    ['sms-per-number-hour', phone, 'number'],
    ['sms-per-number-day', phone, 'number'],
    ['sms-per-prefix-hour', numberPrefix(phone), 'prefix'],
  ]
}
