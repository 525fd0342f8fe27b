import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

/** New addresses and numbers that wait to be confirmed, and what an account had before it changed them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table accounts
      -- When the address was last given, changed or taken away; null: it is the one that the account was made with.
      add column email_changed_at timestamptz`)

  await knex.raw(`
    create table pending_contacts (
      organization_id uuid not null,
      id uuid not null,
      account_id uuid not null,
      -- The account's when it was asked for: one that has changed since takes nothing that waits from before.
      security_epoch integer not null,
      -- Which session asked for it. No reference: a session can end, and what it asked for goes on.
      session_id uuid not null,
      kind text not null check (kind in ('email', 'phone')),
      value text not null check (case kind when 'email' then length(value) <= 254 else value ~ '^[+][1-9][0-9]{6,14}$' end),
      address text not null,
      device text not null,
      locale text not null,
      sends smallint not null check (sends > 0),
      sent_for_at timestamptz not null,
      -- Of codes that were typed since it was last sent for.
      tries smallint not null check (tries >= 0),
      created_at timestamptz not null,
      expires_at timestamptz not null check (expires_at > created_at),
      ended_at timestamptz,
      ending text check (ending in ('confirmed', 'replaced', 'cancelled', 'taken')),
      primary key (organization_id, id),
      foreign key (organization_id, account_id) references accounts (organization_id, id) on delete cascade,
      check ((ended_at is null) = (ending is null))
    )`)
  await knex.raw(`
    create unique index one_pending_contact_of_a_kind on pending_contacts (organization_id, account_id, kind)
      where ended_at is null`)
  await knex.raw('create index on pending_contacts (organization_id, expires_at)')
  await protectByOrganization(knex, 'pending_contacts', ['select', 'insert', 'update', 'delete'])

  await knex.raw(`
    create table contact_secrets (
      organization_id uuid not null,
      hash bytea not null check (length(hash) = 32),
      pending_id uuid not null,
      -- A message that is tried again has several.
      message_id uuid not null,
      expires_at timestamptz not null,
      primary key (organization_id, hash),
      foreign key (organization_id, pending_id) references pending_contacts (organization_id, id) on delete cascade
    )`)
  await knex.raw('create index on contact_secrets (organization_id, pending_id)')
  await protectByOrganization(knex, 'contact_secrets', ['select', 'insert', 'delete'])

  await knex.raw(`
    alter table account_changes
      drop constraint account_changes_changed_check,
      add constraint account_changes_changed_check check (changed in ('password', 'authenticator', 'email', 'phone')),
      -- The address or number that the account had before, if it had one.
      add column contact_before text,
      add column contact_verified_at timestamptz,
      add check (contact_verified_at is null or contact_before is not null),
      add check (contact_before is null or changed in ('email', 'phone'))`)
}
