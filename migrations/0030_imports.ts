import type { Knex } from 'knex'
import { grantToApplication, protectByOrganization } from '../src/database/tenancy.ts'

/** People who are brought over from another system, a file at a time. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table imports (
      organization_id uuid not null references organizations (id),
      id uuid not null,
      -- Null: whoever runs the server. No reference: who began it can be deleted, and their id stays.
      made_by uuid,
      made_at timestamptz not null,
      state text not null check (state in ('reading', 'proposed', 'running', 'done', 'stopped')),
      invites boolean not null,
      -- Columns of the file that nobody reads.
      unread jsonb not null check (jsonb_typeof(unread) = 'array'),
      good integer not null check (good >= 0),
      bad integer not null check (bad >= 0),
      there integer not null check (there >= 0),
      to_invite integer not null check (to_invite >= 0),
      made integer not null check (made >= 0),
      skipped integer not null check (skipped >= 0),
      moved_at timestamptz not null,
      primary key (organization_id, id),
      check (made + skipped <= good)
    )`)
  await knex.raw('create index on imports (organization_id, moved_at)')
  await protectByOrganization(knex, 'imports', ['select', 'insert', 'update', 'delete'])

  await knex.raw(`
    create table import_batches (
      organization_id uuid not null,
      import_id uuid not null,
      number integer not null check (number > 0),
      kind text not null check (kind in ('good', 'bad')),
      -- Names, addresses and password hashes of people who are nobody's yet: sealed, and gone a day after their import.
      rows_sealed text not null,
      primary key (organization_id, import_id, number),
      foreign key (organization_id, import_id) references imports (organization_id, id) on delete cascade
    )`)
  await protectByOrganization(knex, 'import_batches', ['select', 'insert', 'delete'])

  // Like the queue of messages: any worker takes it for any organization, and it names nobody. One at a time for each.
  await knex.raw('create table running_imports (organization_id uuid primary key, import_id uuid not null)')
  await grantToApplication(knex, 'running_imports', ['select', 'insert', 'delete'])
}
