import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

/** Passwords that an administrator hands to a person, who chooses an own one with it. */
export async function up(knex: Knex): Promise<void> {
  // Not among the passwords: the version before would open a session with it.
  await knex.raw(`
    create table initial_passwords (
      organization_id uuid not null,
      account_id uuid not null,
      hash text not null check (hash like '$argon2id$%'),
      -- The account's when it was made: whatever changes how the account is entered ends it.
      security_epoch integer not null check (security_epoch >= 0),
      made_at timestamptz not null,
      -- Null: whoever runs the server. No reference: who made it can be deleted, and their id stays.
      made_by uuid,
      first_used_at timestamptz,
      first_used_address text,
      first_used_device text,
      first_used_by_hash bytea check (length(first_used_by_hash) = 32),
      primary key (organization_id, account_id),
      foreign key (organization_id, account_id) references accounts (organization_id, id) on delete cascade,
      check (num_nulls(first_used_at, first_used_address, first_used_device, first_used_by_hash) in (0, 4))
    )`)
  await knex.raw('create index on initial_passwords (organization_id, made_at)')
  await protectByOrganization(knex, 'initial_passwords', ['select', 'insert', 'update', 'delete'])

  // What was right in the first half; it decides what the other half may be.
  await knex.raw(`
    alter table half_sign_ins
      add column proven text not null default 'password' check (proven in ('password', 'initial-password'))`)
}
