import type { Database } from '../database/connect.ts'
import { deleteBatch } from '../database/purge.ts'
import { withoutOrganization, type SystemTransaction } from '../database/transaction.ts'
import { after, SECOND } from '../platform/clock.ts'
import type { Allowance } from '../platform/config.ts'
import type { Secrets } from '../platform/secrets.ts'

/** Every limit there is. How much each allows is `limits` in the configuration, which is checked against these names. */
export const LIMIT_NAMES = [
  'recovery-requests-per-address',
  'organization-requests-per-address',
  'wrong-tokens-per-address',
  'failed-look-ups-per-address',
  'recovery-mail-per-account-hour',
  'recovery-mail-per-account-day',
  'recovery-mail-per-device-hour',
  'recovery-mail-per-device-day',
  'sms-per-number-first-pause',
  'sms-per-number-second-pause',
  'sms-per-number-third-pause',
  'sms-per-number-hour',
  'sms-per-number-day',
  'sms-per-prefix-hour',
  'sms-per-organization-day',
  'sms-to-confirm-per-account-day',
  'sms-to-confirm-per-organization-day',
  'sign-in-failures-per-address',
  'sign-in-failures-per-account',
  'sign-in-paused-mail-per-account',
  'step-ups-per-session',
  'first-passwords-per-sign-in',
  'sign-up-forms-per-address',
  'sign-ups-per-address',
  'unproven-mail-per-network-hour',
  'sign-up-mail-per-mailbox-hour',
  'sign-up-mail-per-mailbox-day',
  'names-per-account',
  'contact-mail-per-account-and-mailbox',
  'email-changes-per-account',
  'phone-changes-per-account',
  'test-messages-per-account',
  'asks-to-add-ways-per-organization',
  'deeds-per-manager',
  'deeds-per-manager-and-person',
  'withheld-deeds-noted-per-manager',
] as const

export type LimitName = (typeof LIMIT_NAMES)[number]

/** Whether something may go on and, if not, in how many whole seconds (at least one) it may. */
export type LimitAnswer = { allowed: true } | { allowed: false; retryAfterSeconds: number }

/**
 * Counts what may happen only so often. A window starts with the first spend under a key and is over, with all that was
 * spent, when its seconds are. The parts of a key (an address, an account's id) are stored only as a keyed hash.
 * Everything here throws `Unavailable` when the database is away: a limit that cannot be counted is never a yes.
 */
export interface Limits {
  /** Counts one more, committed at once whatever the caller does afterwards, and says whether it is allowed. */
  spend(rule: LimitName, ...keyParts: string[]): Promise<LimitAnswer>
  /**
   * Counts one more as part of a transaction: undone with it, and others under the same key wait for its end. Whoever
   * spends several in one transaction does so in one order everywhere, or two of them lock each other out.
   */
  spendIn(tx: SystemTransaction, rule: LimitName, ...keyParts: string[]): Promise<LimitAnswer>
  /**
   * Like `spendIn`, for who may have set themselves less than the rule allows; says how much of it is spent. What is set
   * higher again within a window goes on where it stood.
   */
  spendUpTo(
    tx: SystemTransaction,
    most: number,
    rule: LimitName,
    ...keyParts: string[]
  ): Promise<LimitAnswer & { spent: number; most: number }>
  /** How much of a rule is spent now, without spending any. */
  spentIn(tx: SystemTransaction, rule: LimitName, ...keyParts: string[]): Promise<number>
  /** Takes back one spend that was allowed and turned out not to be what the rule counts (say, no failure). */
  giveBack(rule: LimitName, ...keyParts: string[]): Promise<void>
  /** Takes back all that was spent under a key, as part of a transaction and undone with it. */
  forgetIn(tx: SystemTransaction, rule: LimitName, ...keyParts: string[]): Promise<void>
}

interface LimitRow {
  key: string
  spent: number
  ends_at: Date
}

/**
 * The limits on one database. Time is the transaction's, so that web machines whose clocks differ count alike and tests
 * stop it; rate-limiter-flexible, which would do much of this, reads Date.now().
 */
export function createLimits(parts: {
  database: Database
  secrets: Secrets
  allowances: Record<LimitName, Allowance>
  /** Told of each refusal. */
  onRefused?: (rule: LimitName) => void
}): Limits {
  const { database, secrets, allowances, onRefused } = parts
  const answer = (rule: LimitName, isAllowed: boolean, end: Date, now: Date): LimitAnswer => {
    if (isAllowed) return { allowed: true }
    onRefused?.(rule)
    return refusedUntil(end, now)
  }
  const keyOf = (rule: LimitName, keyParts: string[]) => secrets.lastingHash('limits', rule, ...keyParts)
  const forgetIn: Limits['forgetIn'] = async ({ sql }, rule, ...keyParts) => {
    await sql<LimitRow>('limits')
      .where({ key: keyOf(rule, keyParts) })
      .delete()
  }
  const spendUpTo: Limits['spendUpTo'] = async (tx, wanted, rule, ...keyParts) => {
    const { count, seconds } = allowances[rule]
    const most = Math.min(wanted, count)
    const { spent, ends_at } = await countOne(tx, keyOf(rule, keyParts), most, seconds)
    return { ...answer(rule, spent <= most, ends_at, tx.now), spent, most }
  }
  const spendIn: Limits['spendIn'] = async (tx, rule, ...keyParts) => {
    const { count, seconds } = allowances[rule]
    const row = await countOne(tx, keyOf(rule, keyParts), count, seconds)
    return answer(rule, row.spent <= count, row.ends_at, tx.now)
  }

  return {
    spendIn,
    spendUpTo,
    async spentIn({ sql, now }, rule, ...keyParts) {
      const row = await sql<LimitRow>('limits')
        .where({ key: keyOf(rule, keyParts) })
        .andWhere('ends_at', '>', now)
        .first()
      return row?.spent ?? 0
    },
    spend: (rule, ...keyParts) => withoutOrganization(database, (tx) => spendIn(tx, rule, ...keyParts)),
    giveBack: (rule, ...keyParts) =>
      withoutOrganization(database, async ({ sql, now }) => {
        await sql<LimitRow>('limits')
          .where({ key: keyOf(rule, keyParts) })
          .andWhere('ends_at', '>', now)
          // Refused spends, of which one is counted, are not there to be given back.
          .update({ spent: sql.raw('greatest(least(spent, ?) - 1, 0)', [allowances[rule].count]) })
      }),
    forgetIn,
  }
}

/** A refusal that ends at a later instant, in whole seconds so that who comes back then is not a moment early. */
export function refusedUntil(end: Date, now: Date): LimitAnswer {
  return { allowed: false, retryAfterSeconds: Math.ceil((end.getTime() - now.getTime()) / SECOND) }
}

/** Deletes windows that are over, one batch of them. */
export async function purgeLimits(tx: SystemTransaction): Promise<number> {
  const rows = () => tx.sql<LimitRow, LimitRow[]>('limits')
  return deleteBatch(rows, (over) => over.where('ends_at', '<=', tx.now))
}

/**
 * One statement, because of which no number of parallel spends gets past the limit (CWE-362). The count stops one above
 * the limit: more would only be a number that can overflow.
 */
async function countOne(
  tx: SystemTransaction,
  key: string,
  count: number,
  seconds: number,
): Promise<Pick<LimitRow, 'spent' | 'ends_at'>> {
  const answer = await tx.sql.raw<{ rows: LimitRow[] }>(
    `insert into limits (key, spent, ends_at) values (:key, 1, :end)
     on conflict (key) do update set
       spent = case
         when limits.ends_at <= :now then 1
         when limits.spent > :count then limits.spent
         else limits.spent + 1
       end,
       ends_at = case when limits.ends_at <= :now then excluded.ends_at else limits.ends_at end
     returning spent, ends_at`,
    { key, count, now: tx.now, end: after(tx.now, seconds * SECOND) },
  )
  const row = answer.rows[0]
  if (!row) throw new Error('a limit was spent and gave no row')
  return row
}
