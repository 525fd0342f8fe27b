import type { TenantRow, Transaction } from '../database/transaction.ts'
import type { Account } from './account.ts'
import { accountsById } from './store.ts'

/** Everybody, by name; or those of whom there are few, the one that came first before. */
export const GROUPS = ['everybody', 'managers', 'suspended'] as const
export type Group = (typeof GROUPS)[number]

/** Which people are looked for. `after`: the last one of the page before; whoever is gone by now begins anew. */
export interface Sought {
  group: Group
  /** What a full name, a word of it and all that follows, a username or an address begins with; '' for all. */
  search: string
  after: string | null
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/**
 * A page of people, at most so many, and whether more follow. A search looks among everybody. Each page is read along an index from where
 * the last one ended, however many people there are.
 */
export async function peopleOn(
  tx: Transaction,
  { group, search, after }: Sought,
  most: number,
): Promise<{ people: Account[]; hasMore: boolean }> {
  const ids = await (search !== ''
    ? idsNamed(tx, search, after, most + 1)
    : group === 'everybody'
      ? idsByName(tx, after, most + 1)
      : idsOfFew(tx, group, after, most + 1))
  const accounts = await accountsById(tx, ids.slice(0, most))
  const people = ids.flatMap((id) => accounts.get(id) ?? [])
  return { people, hasMore: ids.length > most }
}

/** Found by several names, somebody stands where the first of them does. */
async function idsNamed(
  tx: Transaction,
  search: string,
  after: string | null,
  most: number,
): Promise<string[]> {
  const begins = `name >= searched_name(:search) collate "C" and name < searched_name(:search) || chr(1114111) collate "C"`
  return idsFrom(
    tx,
    `with own as (select name from account_names where ${OF_THE_LAST} and ${begins} order by name limit 1)
     select account_id as id from account_names as found
     where organization_id = :organization and ${begins} and ${AFTER_THE_LAST} and not exists (
       select 1 from account_names as earlier
       where earlier.organization_id = found.organization_id and earlier.account_id = found.account_id
         and earlier.name >= searched_name(:search) collate "C" and earlier.name < found.name)
     order by name, account_id limit :most`,
    { search, after: after ?? FIRST_ID, most },
  )
}

async function idsByName(tx: Transaction, after: string | null, most: number): Promise<string[]> {
  return idsFrom(
    tx,
    `with own as (select name from account_names where ${OF_THE_LAST} and is_full_name)
     select account_id as id from account_names
     where organization_id = :organization and is_full_name and ${AFTER_THE_LAST}
     order by name, account_id limit :most`,
    { after: after ?? FIRST_ID, most },
  )
}

const OF_THE_LAST = 'organization_id = :organization and account_id = :after'

/** In two conditions and not as a row: row-level security lets no index serve the comparison of rows. */
const OWN_NAME = `(select coalesce((select name from own), ''))`
const AFTER_THE_LAST = `name >= ${OWN_NAME} and (name > ${OWN_NAME} or account_id > :after)`

async function idsFrom(
  tx: Transaction,
  query: string,
  values: Record<string, string | number>,
): Promise<string[]> {
  const { rows } = await tx.sql.raw<{ rows: { id: string }[] }>(query, {
    organization: tx.organizationId,
    ...values,
  })
  return rows.map(({ id }) => id)
}

async function idsOfFew(
  tx: Transaction,
  group: Exclude<Group, 'everybody'>,
  after: string | null,
  most: number,
): Promise<string[]> {
  const people = tx.rows<TenantRow & Pick<Account, 'id' | 'role' | 'state'>>('accounts')
  const few =
    group === 'managers'
      ? people.whereIn('role', ['administrator', 'owner'])
      : people.where('state', 'suspended')
  const rows = await few
    .where('id', '>', after ?? FIRST_ID)
    .orderBy('id')
    .limit(most)
    .select('id')
  return rows.map(({ id }) => id)
}
