import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table recovery_attempts (
      organization_id uuid not null references organizations (id),
      id uuid not null,
      -- Shared by the requests that one browser made one after another.
      lineage uuid not null,
      origin text not null check (origin in ('person', 'expired-link', 'paused-sign-in', 'operator')),
      settings_version integer not null,
      identifier_sealed text not null,
      account_id uuid,
      security_epoch integer,
      method text not null check (method in ('email-link')),
      -- Two browsers: the one that asked sees nothing but "sent"; the one that answered may go on.
      asked_by_hash bytea not null check (length(asked_by_hash) = 32),
      browser_hash bytea check (length(browser_hash) = 32),
      device_hash bytea check (length(device_hash) = 32),
      address text not null,
      device text not null,
      locale text not null,
      step text not null check (step in ('proving', 'password', 'done', 'closed')),
      closed_reason text check (closed_reason in
        ('expired', 'cancelled', 'replaced', 'too-many-tries', 'no-longer-offered', 'account-changed')),
      proven text[] not null,
      exchanges smallint not null check (exchanges between 0 and 5),
      submits smallint not null check (submits between 0 and 20),
      refreshed boolean not null,
      completed_by uuid,
      begun_at timestamptz not null,
      finish_by timestamptz,
      expires_at timestamptz not null,
      ended_at timestamptz,
      primary key (organization_id, id),
      foreign key (organization_id, account_id) references accounts (organization_id, id),
      foreign key (organization_id, settings_version) references organization_settings (organization_id, version),
      check ((step = 'closed') = (closed_reason is not null)),
      check ((step in ('done', 'closed')) = (ended_at is not null)),
      check ((step = 'done') = (completed_by is not null)),
      check ((account_id is null) = (security_epoch is null)),
      -- Nobody reaches the new password without an account and the proof that their method asks for.
      check (step not in ('password', 'done') or
        (account_id is not null and browser_hash is not null and method = any (proven)))
    )`)
  await knex.raw(`create index on recovery_attempts (organization_id, asked_by_hash)`)
  await knex.raw(`create index on recovery_attempts (organization_id, browser_hash)`)
  await knex.raw(`create index on recovery_attempts (organization_id, account_id) where ended_at is null`)
  await knex.raw(`create index on recovery_attempts (organization_id, begun_at)`)
  await protectByOrganization(knex, 'recovery_attempts', ['select', 'insert', 'update', 'delete'])

  await knex.raw(`
    create table recovery_secrets (
      organization_id uuid not null,
      hash bytea not null check (length(hash) = 32),
      attempt_id uuid not null,
      issued_at timestamptz not null,
      expires_at timestamptz not null check (expires_at > issued_at),
      primary key (organization_id, hash),
      foreign key (organization_id, attempt_id) references recovery_attempts (organization_id, id) on delete cascade
    )`)
  await knex.raw('create index on recovery_secrets (organization_id, attempt_id)')
  await protectByOrganization(knex, 'recovery_secrets', ['select', 'insert', 'delete'])
}
