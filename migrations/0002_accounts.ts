import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table accounts (
      organization_id uuid not null references organizations (id),
      id uuid not null,
      username text check (username ~ '^[a-z0-9][a-z0-9._-]*$' and length(username) <= 64),
      full_name text not null check (length(full_name) between 1 and 200),
      role text not null check (role in ('member', 'administrator', 'owner')),
      state text not null check (state in ('active', 'suspended')),
      email text check (length(email) <= 254),
      email_canonical text,
      email_verified_at timestamptz,
      locale text,
      -- Rises with every change that must end recoveries begun before it: password, address, state, role.
      security_epoch integer not null check (security_epoch >= 0),
      created_at timestamptz not null,
      primary key (organization_id, id),
      unique (organization_id, username),
      unique (organization_id, email_canonical),
      check ((email is null) = (email_canonical is null)),
      check (email_verified_at is null or email is not null)
    )`)
  await protectByOrganization(knex, 'accounts', ['select', 'insert', 'update'])

  await knex.raw(`
    create table passwords (
      organization_id uuid not null,
      account_id uuid not null,
      hash text not null check (hash like '$argon2id$%'),
      set_at timestamptz not null,
      primary key (organization_id, account_id),
      foreign key (organization_id, account_id) references accounts (organization_id, id)
    )`)
  await protectByOrganization(knex, 'passwords', ['select', 'insert', 'update', 'delete'])
}
