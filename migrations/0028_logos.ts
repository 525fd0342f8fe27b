import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

/** Pictures that settings name by their content, so that an older version of the settings has its own again. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table organization_logos (
      organization_id uuid not null references organizations (id),
      -- SHA-256 of the picture, in hexadecimal.
      hash text not null check (hash ~ '^[0-9a-f]{64}$'),
      png bytea not null check (octet_length(png) <= 4194304),
      saved_at timestamptz not null,
      primary key (organization_id, hash))`)
  await protectByOrganization(knex, 'organization_logos', ['select', 'insert'])
}
