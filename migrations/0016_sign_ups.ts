import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

/** People who signed up and have not proven their mailbox: no account before that, and no address that is taken. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sign_ups (
      organization_id uuid not null references organizations (id),
      id uuid not null,
      email text not null check (length(email) <= 254),
      -- Any number may wait for one address: the first to come has no more of it than the last.
      email_canonical text not null,
      password_hash text not null check (password_hash like '$argon2id$%'),
      full_name text check (length(full_name) between 1 and 200),
      phone text check (phone ~ '^[+][1-9][0-9]{6,14}$'),
      terms_version text,
      -- The browser that signed up, or proved the password since: it may ask for the message again.
      asked_by_hash bytea not null check (length(asked_by_hash) = 32),
      address text not null,
      device text not null,
      locale text not null,
      sends smallint not null check (sends > 0),
      sent_for_at timestamptz not null,
      refreshed boolean not null,
      created_at timestamptz not null,
      expires_at timestamptz not null check (expires_at > created_at),
      ended_at timestamptz,
      ending text check (ending in ('verified', 'overtaken', 'replaced', 'disowned')),
      primary key (organization_id, id),
      check ((ended_at is null) = (ending is null)),
      -- Who the person is, is forgotten with the sign-up; what is left answers its links and its password alike to the end.
      check ((ended_at is null) = (full_name is not null)),
      check (ended_at is null or phone is null)
    )`)
  await knex.raw('create index on sign_ups (organization_id, email_canonical, created_at)')
  await knex.raw('create index on sign_ups (organization_id, asked_by_hash)')
  await knex.raw('create index on sign_ups (organization_id, expires_at)')
  await protectByOrganization(knex, 'sign_ups', ['select', 'insert', 'update', 'delete'])

  await knex.raw(`
    create table sign_up_links (
      organization_id uuid not null,
      hash bytea not null check (length(hash) = 32),
      sign_up_id uuid not null,
      -- A message that is tried again has several.
      message_id uuid not null,
      expires_at timestamptz not null,
      primary key (organization_id, hash),
      foreign key (organization_id, sign_up_id) references sign_ups (organization_id, id) on delete cascade
    )`)
  await knex.raw('create index on sign_up_links (organization_id, sign_up_id)')
  await knex.raw('create index on sign_up_links (organization_id, message_id)')
  await protectByOrganization(knex, 'sign_up_links', ['select', 'insert', 'delete'])

  await knex.raw(`
    create table accepted_terms (
      organization_id uuid not null,
      account_id uuid not null,
      version text not null,
      accepted_at timestamptz not null,
      primary key (organization_id, account_id, version),
      foreign key (organization_id, account_id) references accounts (organization_id, id) on delete cascade
    )`)
  await protectByOrganization(knex, 'accepted_terms', ['select', 'insert'])
}
