import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

/** Sessions that people can name and end, the authenticators that they set up in them, and changes of an authenticator. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sessions
      -- What pages and forms call it. It stays when the token changes, and opens nothing.
      add column id uuid not null default gen_random_uuid(),
      -- Null for what the version before opened: then it is the last proof's.
      add column opened_at timestamptz,
      add unique (organization_id, id)`)

  // An authenticator that is being set up, or new recovery codes: nobody's before a code is typed back, and gone with its session.
  await knex.raw(`
    create table pending_authenticators (
      organization_id uuid not null,
      session_id uuid not null,
      pending_sealed text not null,
      expires_at timestamptz not null,
      primary key (organization_id, session_id),
      foreign key (organization_id, session_id) references sessions (organization_id, id) on delete cascade
    )`)
  await knex.raw('create index on pending_authenticators (organization_id, expires_at)')
  await protectByOrganization(knex, 'pending_authenticators', ['select', 'insert', 'update', 'delete'])

  await knex.raw(`
    alter table account_changes
      drop constraint account_changes_changed_check,
      add constraint account_changes_changed_check check (changed in ('password', 'authenticator')),
      drop constraint account_changes_authenticator_check,
      add constraint account_changes_authenticator_check
        check (authenticator in ('added', 'replaced', 'removed', 'codes')),
      add check (changed <> 'authenticator' or authenticator is not null)`)
}
