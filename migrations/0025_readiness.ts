import type { Knex } from 'knex'
import { countryOf } from '../src/accounts/phone.ts'
import { protectByOrganization } from '../src/database/tenancy.ts'

const BATCH = 1000
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

/** Who could get back in: people by what recovery looks at, how many can over time, and who was asked to mend it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table accounts
      -- Of the mobile number, as ISO 3166-1 has it; null: none, or no country's.
      add column phone_country text check (phone_country ~ '^[A-Z]{2}$')`)
  await fillCountries(knex)

  // People of one class are judged alike, so that a million are judged by a few of them. Who is suspended is in none. Short,
  // because its index is as long as the organization: (l)ocked, (m)ember or (r)uns it; whether there is a (u)sername; an
  // address and a number, each (n)one, (u)nverified or (v)erified; and the number's country.
  await knex.raw(`
    alter table accounts
      add column recovery_class text collate "C" generated always as (
        case
          when state <> 'active' then null
          when protected_at is not null then 'l'
          else case role when 'member' then 'm' else 'r' end
            || case when username is null then 'n' else 'u' end
            || case when email is null then 'n' when email_verified_at is null then 'u' else 'v' end
            || case
                 when phone is null then 'n'
                 when phone_verified_at is null then 'u'
                 else 'v' || coalesce(phone_country, '')
               end
        end) stored`)
  await knex.raw('create index accounts_by_recovery_class on accounts (organization_id, recovery_class, id)')
  await knex.raw(`
    create index accounts_newly_reached on accounts (organization_id, greatest(email_changed_at, phone_changed_at))
      where greatest(email_changed_at, phone_changed_at) is not null`)

  await knex.raw(`
    -- How many people are in each class, counted now and then where they are too many to count on every page.
    create table recovery_class_counts (
      organization_id uuid primary key references organizations (id),
      counted_at timestamptz not null,
      counts jsonb not null
    )`)
  await protectByOrganization(knex, 'recovery_class_counts', ['select', 'insert', 'update', 'delete'])

  await knex.raw(`
    create table readiness_days (
      organization_id uuid not null references organizations (id),
      day date not null,
      people integer not null check (people >= 0),
      able integer not null check (able between 0 and people),
      primary key (organization_id, day)
    )`)
  await protectByOrganization(knex, 'readiness_days', ['select', 'insert', 'update', 'delete'])

  await knex.raw(`
    -- When a person was last asked to add what they lack.
    create table readiness_asks (
      organization_id uuid not null,
      account_id uuid not null,
      asked_at timestamptz not null,
      primary key (organization_id, account_id),
      foreign key (organization_id, account_id) references accounts (organization_id, id) on delete cascade
    )`)
  await protectByOrganization(knex, 'readiness_asks', ['select', 'insert', 'update', 'delete'])
}

/** Under each organization in turn: even the owner of the table sees only the rows of the one that is set. */
async function fillCountries(knex: Knex): Promise<void> {
  const organizations = await knex<{ id: string }>('organizations').select('id')
  for (const { id } of organizations) {
    await knex.raw(`select set_config('latchkey.organization', ?, true)`, [id])
    let last: string | undefined = BEFORE_ALL
    while (last !== undefined) last = await fillBatch(knex, id, last)
  }
  await knex.raw(`select set_config('latchkey.organization', '', true)`)
}

/** Fills in the countries of the next numbers; returns the last account that was looked at, or undefined after the last. */
async function fillBatch(knex: Knex, organizationId: string, after: string): Promise<string | undefined> {
  const rows = await knex<{ organization_id: string; id: string; phone: string | null }>('accounts')
    .where('organization_id', organizationId)
    .where('id', '>', after)
    .whereNotNull('phone')
    .orderBy('id')
    .limit(BATCH)
    .select('id', 'phone')
  const known = rows.flatMap(({ id, phone }) => {
    const country = phone && countryOf(phone)
    return country ? [{ id, country }] : []
  })
  await knex.raw(
    `update accounts set phone_country = found.country from unnest(?::uuid[], ?::text[]) as found (id, country)
     where accounts.organization_id = ? and accounts.id = found.id`,
    [known.map(({ id }) => id), known.map(({ country }) => country), organizationId],
  )
  return rows.at(-1)?.id
}
