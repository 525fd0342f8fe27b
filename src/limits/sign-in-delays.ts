import { deleteBatch } from '../database/purge.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import { after, DAY, MINUTE, SECOND } from '../platform/clock.ts'
import type { Secrets } from '../platform/secrets.ts'
import { refusedUntil, type LimitAnswer } from './limits.ts'

interface DelayRow extends TenantRow {
  key: string
  tries: number
  blocked_until: Date
  forgotten_at: Date
}

/** ASVS 6.3.1: five tries cost nothing, then each costs double, up to a wait that nobody can guess passwords with. */
const FREE_TRIES = 5
const FIRST_DELAY_MS = SECOND
const LONGEST_DELAY_MS = 15 * MINUTE
const FORGOTTEN_AFTER_MS = DAY

/**
 * The key under which tries are counted: one identifier, in its canonical form, from one place (a network address, or a
 * known device's hash). Hashed with a key, because people type passwords where the username belongs.
 */
export function signInDelayKey(secrets: Secrets, identifier: string, from: string): string {
  return secrets.lastingHash('sign-in-delays', identifier, from)
}

/**
 * Counts a try to sign in before its password is looked at, and says whether it may be. Refused tries are not counted:
 * hammering makes no wait longer. Commit before judging the password, so that parallel tries see each other's count
 * (CWE-362). Tries are forgotten a day after the last one that was let through.
 */
export async function countTry(tx: Transaction, key: string): Promise<LimitAnswer> {
  const counted = await tx.sql.raw<{ rows: { tries: number }[] }>(
    `insert into sign_in_delays as known (organization_id, key, tries, blocked_until, forgotten_at)
     values (:organization, :key, 1, :now, :forgotten)
     on conflict (organization_id, key) do update set
       tries = case when known.forgotten_at <= :now then 1 else known.tries + 1 end,
       blocked_until = case
         when known.forgotten_at <= :now or known.tries + 1 < :free then excluded.blocked_until
         else excluded.blocked_until
           + least(:longest, :first * 2 ^ least(known.tries + 1 - :free, 30)) * interval '1 millisecond'
       end,
       forgotten_at = excluded.forgotten_at
     where known.blocked_until <= :now
     returning tries`,
    {
      organization: tx.organizationId,
      key,
      now: tx.now,
      forgotten: after(tx.now, FORGOTTEN_AFTER_MS),
      free: FREE_TRIES,
      first: FIRST_DELAY_MS,
      longest: LONGEST_DELAY_MS,
    },
  )
  if (counted.rows.length > 0) return { allowed: true }
  const blocked = await tx.rows<DelayRow>('sign_in_delays').where({ key }).first()
  if (!blocked) throw new Error('a delay that refused a try is gone')
  return refusedUntil(blocked.blocked_until, tx.now)
}

/** Takes back one count and the wait that came with it: the try was let through, and then could not be judged. */
export async function uncountTry(tx: Transaction, key: string): Promise<void> {
  const delays = () => tx.rows<DelayRow>('sign_in_delays').where({ key })
  const wasFirst = await delays().where({ tries: 1 }).delete()
  if (!wasFirst) await delays().update({ tries: tx.sql.raw('tries - 1'), blocked_until: tx.now })
}

/** Forgets the tries under a key: the right password was given. */
export async function clearTries(tx: Transaction, key: string): Promise<void> {
  await tx.rows<DelayRow>('sign_in_delays').where({ key }).delete()
}

/** Deletes an organization's forgotten tries, one batch of them. */
export async function purgeTries(tx: Transaction): Promise<number> {
  const rows = () => tx.rows<DelayRow>('sign_in_delays')
  return deleteBatch(rows, (over) => over.where('forgotten_at', '<=', tx.now))
}
