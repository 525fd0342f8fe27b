import type { Account } from '../../accounts/account.ts'
import { accountsById } from '../../accounts/store.ts'
import { deleteBatch } from '../../database/purge.ts'
import type { TenantRow, Transaction } from '../../database/transaction.ts'
import { after, DAY } from '../../platform/clock.ts'
import { NO_ID } from '../../platform/random.ts'

/** How many people are in each class, by its name; who runs the organization is looked at one by one and left out. */
export type ClassCounts = Record<string, number>

/** How many people there were on a day (ISO 8601), and how many of them could get back in. */
export interface ReadinessDay {
  day: string
  people: number
  able: number
}

/** Which people of some classes: those after an id, so many, without those who were asked after an instant. */
interface Part {
  after?: string | null
  most: number
  notAskedSince?: Date
}

interface ClassedRow extends TenantRow {
  id: string
  recovery_class: string | null
}

interface CountsRow extends TenantRow {
  counted_at: Date
  counts: ClassCounts
}

interface DayRow extends TenantRow {
  day: string
  people: number
  able: number
}

interface AskRow extends TenantRow {
  account_id: string
  asked_at: Date
}

/** The classes of who runs the organization are the last. Compared and not matched: row-level security keeps LIKE from an index. */
const OF_MANAGERS = 'r'
const DAYS_KEPT = 400

/** Nobody is asked again before this is over. */
export const ASKED_AGAIN_AFTER = 7 * DAY

/** Counts everybody, along the index alone. */
export async function countClasses(tx: Transaction): Promise<ClassCounts> {
  const rows: unknown = await tx
    .rows<ClassedRow>('accounts')
    .where('recovery_class', '<', OF_MANAGERS)
    .groupBy('recovery_class')
    .select('recovery_class', tx.sql.raw('count(*)::int as people'))
  const counted = rows as { recovery_class: string; people: number }[]
  return Object.fromEntries(counted.map(({ recovery_class, people }) => [recovery_class, people]))
}

/** Whether there are more people than some number; reads no more of them than that. */
export async function areMoreThan(tx: Transaction, most: number): Promise<boolean> {
  const next = await tx
    .rows<ClassedRow>('accounts')
    .whereNotNull('recovery_class')
    .orderBy('recovery_class')
    .offset(most)
    .first('id')
  return next !== undefined
}

/** What was last counted, if anything was. */
export async function keptCounts(tx: Transaction): Promise<{ countedAt: Date; counts: ClassCounts } | null> {
  const row = await tx.rows<CountsRow>('recovery_class_counts').first()
  return row ? { countedAt: row.counted_at, counts: row.counts } : null
}

/** Keeps what was counted at this instant; null: nothing is kept. */
export async function keepCounts(tx: Transaction, counts: ClassCounts | null): Promise<void> {
  if (counts === null) {
    await tx.rows<CountsRow>('recovery_class_counts').delete()
    return
  }
  await tx
    .insert<CountsRow>('recovery_class_counts', { counted_at: tx.now, counts })
    .onConflict('organization_id')
    .merge()
}

/** One person of each class: the first. A class that nobody is in any more has none. */
export async function oneOfEach(tx: Transaction, classes: readonly string[]): Promise<Map<string, Account>> {
  const { rows } = await tx.sql.raw<{ rows: { of: string; id: string }[] }>(
    `select wanted.of, first.id from unnest(?::text[]) as wanted (of)
     cross join lateral (
       select id from accounts where organization_id = ? and recovery_class = wanted.of order by id limit 1
     ) as first`,
    [[...classes], tx.organizationId],
  )
  const people = await accountsById(
    tx,
    rows.map(({ id }) => id),
  )
  return new Map(
    rows.flatMap(({ of, id }) => {
      const person = people.get(id)
      return person ? [[of, person] as const] : []
    }),
  )
}

/** The people of some classes, in the order of their ids. */
export async function peopleIn(tx: Transaction, classes: readonly string[], part: Part): Promise<Account[]> {
  return inOrder(tx, await idsIn(tx, classes, part))
}

/** How many people are in some classes, counted up to `most`. */
export async function countIn(tx: Transaction, classes: readonly string[], part: Part): Promise<number> {
  return (await idsIn(tx, classes, part)).length
}

/** Each class is read along the index, and no further than needed. */
async function idsIn(
  tx: Transaction,
  classes: readonly string[],
  { after: last, most, notAskedSince }: Part,
): Promise<{ id: string }[]> {
  const { rows } = await tx.sql.raw<{ rows: { id: string }[] }>(
    `select found.id from unnest(:classes::text[]) as wanted (of)
     cross join lateral (
       select id from accounts
       where organization_id = :organization and recovery_class = wanted.of and id > :last
         and not exists (
           select 1 from readiness_asks
           where readiness_asks.organization_id = :organization and account_id = accounts.id and asked_at > :since)
       order by id limit :most
     ) as found
     order by found.id limit :most`,
    {
      classes: [...classes],
      organization: tx.organizationId,
      last: last ?? NO_ID,
      // Nobody was asked after now.
      since: notAskedSince ?? tx.now,
      most,
    },
  )
  return rows
}

/** Everybody active who runs the organization and whose account is not locked after a report, in the order of their ids. */
export async function managersToJudge(tx: Transaction): Promise<Account[]> {
  const rows = await tx
    .rows<ClassedRow>('accounts')
    .where('recovery_class', '>=', OF_MANAGERS)
    .orderBy('id')
    .select('id')
  return inOrder(tx, rows)
}

/** Those whose address or number was given or changed since an instant, the newest first; no more than so many. */
export async function newlyReached(tx: Transaction, since: Date, most: number): Promise<Account[]> {
  const rows = await tx
    .rows<ClassedRow>('accounts')
    .whereRaw('greatest(email_changed_at, phone_changed_at) > ?', [since])
    .whereNotNull('recovery_class')
    // In the order of the index: else PostgreSQL, which cannot guess how many are new, may read everybody.
    .orderByRaw('greatest(email_changed_at, phone_changed_at) desc')
    .limit(most)
    .select('id')
  return inOrder(tx, rows)
}

/** Adds a day; the first count of it stays. */
export async function addDay(tx: Transaction, { day, people, able }: ReadinessDay): Promise<void> {
  await tx
    .insert<DayRow>('readiness_days', { day, people, able })
    .onConflict(['organization_id', 'day'])
    .ignore()
}

export async function isDayKept(tx: Transaction, day: string): Promise<boolean> {
  return (await tx.rows<DayRow>('readiness_days').where({ day }).first()) !== undefined
}

/** The days from one on, the earliest first. */
export async function daysSince(tx: Transaction, day: string): Promise<ReadinessDay[]> {
  const rows: unknown = await tx
    .rows<DayRow>('readiness_days')
    .where('day', '>=', day)
    .orderBy('day')
    .select(tx.sql.raw('day::text as day'), 'people', 'able')
  return rows as ReadinessDay[]
}

/** Deletes days that are long over, one batch. */
export async function purgeDays(tx: Transaction): Promise<number> {
  const over = after(tx.now, -DAYS_KEPT * DAY)
  return deleteBatch(
    () => tx.rows<DayRow>('readiness_days'),
    (rows) => rows.where('day', '<', dayOf(over)),
  )
}

/** Notes that people are asked now. */
export async function noteAsked(tx: Transaction, accountIds: readonly string[]): Promise<void> {
  const rows = accountIds.map((id) => {
    return { organization_id: tx.organizationId, account_id: id, asked_at: tx.now }
  })
  await tx.sql<AskRow>('readiness_asks').insert(rows).onConflict(['organization_id', 'account_id']).merge()
}

/** When each of some people was last asked, as far as it is not so long ago that they may be asked again. */
export async function askedLately(
  tx: Transaction,
  accountIds: readonly string[],
): Promise<Map<string, Date>> {
  const rows = await asks(tx).whereIn('account_id', accountIds)
  return new Map(rows.map(({ account_id, asked_at }) => [account_id, asked_at]))
}

/** How many people were asked so lately that they may not be asked again. */
export async function countAskedLately(tx: Transaction): Promise<number> {
  const rows: unknown = await asks(tx).select(tx.sql.raw('count(*)::int as people'))
  return (rows as { people: number }[])[0]?.people ?? 0
}

/** Forgets who was asked so long ago that they may be asked again, one batch. */
export async function purgeAsks(tx: Transaction): Promise<number> {
  const rows = () => tx.rows<AskRow>('readiness_asks')
  return deleteBatch(rows, (over) => over.where('asked_at', '<=', after(tx.now, -ASKED_AGAIN_AFTER)))
}

/** The day of an instant, in UTC (ISO 8601). */
export function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10)
}

function asks(tx: Transaction) {
  return tx.rows<AskRow>('readiness_asks').where('asked_at', '>', after(tx.now, -ASKED_AGAIN_AFTER))
}

async function inOrder(tx: Transaction, rows: { id: string }[]): Promise<Account[]> {
  const ids = rows.map(({ id }) => id)
  const people = await accountsById(tx, ids)
  return ids.flatMap((id) => people.get(id) ?? [])
}
