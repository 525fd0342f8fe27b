import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

/** How many texts went to a country of late, and how many of their codes were typed. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sms_countries (
      organization_id uuid not null references organizations (id),
      country text not null check (country ~ '^[A-Z]{2}$'),
      begun_at timestamptz not null,
      sent integer not null check (sent >= 0),
      -- May be more than were sent: some codes are typed when counting has begun anew.
      proved integer not null check (proved >= 0),
      paused_until timestamptz,
      primary key (organization_id, country)
    )`)
  await protectByOrganization(knex, 'sms_countries', ['select', 'insert', 'update'])
}
