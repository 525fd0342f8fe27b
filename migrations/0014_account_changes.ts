import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

/** What was changed of accounts, so that "This wasn't me" can undo it, and what the undoing needs to be known of. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table account_changes (
      organization_id uuid not null,
      id uuid not null,
      account_id uuid not null,
      -- The account's after the change: its changes stand in this order, whatever the clocks say.
      security_epoch integer not null,
      changed text not null check (changed in ('password')),
      -- What became of the second lock with it; null: nothing.
      authenticator text check (authenticator in ('added', 'replaced')),
      made_at timestamptz not null,
      -- Undone, or settled since by people who let the person back in.
      undone_at timestamptz,
      primary key (organization_id, id),
      unique (organization_id, account_id, security_epoch),
      foreign key (organization_id, account_id) references accounts (organization_id, id)
    )`)
  await knex.raw('create index on account_changes (organization_id, made_at)')
  await protectByOrganization(knex, 'account_changes', ['select', 'insert', 'update', 'delete'])

  // Since then only people can let the person back in: somebody else was in the account.
  await knex.raw('alter table accounts add column protected_at timestamptz')

  // Opened because the person said that a change was not theirs.
  await knex.raw('alter table recovery_requests add column is_report boolean not null default false')
}
