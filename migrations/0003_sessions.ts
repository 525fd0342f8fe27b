import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sessions (
      organization_id uuid not null,
      token_hash bytea not null check (length(token_hash) = 32),
      account_id uuid not null,
      authenticated_at timestamptz not null,
      last_seen_at timestamptz not null,
      address text not null,
      device text not null,
      primary key (organization_id, token_hash),
      foreign key (organization_id, account_id) references accounts (organization_id, id)
    )`)
  await knex.raw('create index on sessions (organization_id, account_id, last_seen_at)')
  await protectByOrganization(knex, 'sessions', ['select', 'insert', 'update', 'delete'])

  await knex.raw(`
    create table known_devices (
      organization_id uuid not null,
      account_id uuid not null,
      device_hash bytea not null check (length(device_hash) = 32),
      last_seen_at timestamptz not null,
      primary key (organization_id, account_id, device_hash),
      foreign key (organization_id, account_id) references accounts (organization_id, id)
    )`)
  await knex.raw('create index on known_devices (organization_id, device_hash)')
  await knex.raw('create index on known_devices (organization_id, last_seen_at)')
  await protectByOrganization(knex, 'known_devices', ['select', 'insert', 'update', 'delete'])
}
