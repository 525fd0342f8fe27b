import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table authenticators (
      organization_id uuid not null,
      account_id uuid not null,
      secret_sealed text not null,
      -- The last step of 30 seconds whose code was taken: only later ones count (RFC 6238 §5.2).
      last_step bigint not null check (last_step >= 0),
      failures integer not null check (failures >= 0),
      paused_until timestamptz,
      confirmed_at timestamptz not null,
      primary key (organization_id, account_id),
      foreign key (organization_id, account_id) references accounts (organization_id, id),
      check (paused_until is null or failures > 0)
    )`)
  await protectByOrganization(knex, 'authenticators', ['select', 'insert', 'update', 'delete'])

  // They stand in for an authenticator, so they go with it.
  await knex.raw(`
    create table recovery_codes (
      organization_id uuid not null,
      account_id uuid not null,
      hash bytea not null check (length(hash) = 32),
      spent_at timestamptz,
      primary key (organization_id, account_id, hash),
      foreign key (organization_id, account_id)
        references authenticators (organization_id, account_id) on delete cascade
    )`)
  await protectByOrganization(knex, 'recovery_codes', ['select', 'insert', 'update', 'delete'])

  // The password was right, the authenticator is still asked for.
  await knex.raw(`
    create table half_sign_ins (
      organization_id uuid not null,
      token_hash bytea not null check (length(token_hash) = 32),
      account_id uuid not null,
      security_epoch integer not null check (security_epoch >= 0),
      expires_at timestamptz not null,
      primary key (organization_id, token_hash),
      foreign key (organization_id, account_id) references accounts (organization_id, id)
    )`)
  await knex.raw('create index on half_sign_ins (organization_id, expires_at)')
  // Updated never, but deleting in batches locks the rows, which PostgreSQL allows only to who may update them.
  await protectByOrganization(knex, 'half_sign_ins', ['select', 'insert', 'update', 'delete'])
}
