import type { Knex } from 'knex'
import { grantToApplication, protectByOrganization } from '../src/database/tenancy.ts'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table messages (
      organization_id uuid not null references organizations (id),
      id uuid not null,
      template text not null,
      channel text not null check (channel in ('email')),
      -- Null while only the worker can tell whom the message is for.
      recipient text,
      locale text not null,
      data jsonb not null check (jsonb_typeof(data) = 'object'),
      state text not null check (state in ('queued', 'sent', 'dropped', 'failed')),
      tries smallint not null check (tries >= 0),
      fault text,
      created_at timestamptz not null,
      give_up_at timestamptz not null,
      ended_at timestamptz,
      primary key (organization_id, id),
      check ((state = 'queued') = (ended_at is null))
    )`)
  await knex.raw('create index on messages (organization_id, created_at)')
  await knex.raw('create index on messages (organization_id, ended_at) where ended_at is not null')
  await protectByOrganization(knex, 'messages', ['select', 'insert', 'update', 'delete'])

  // The queue itself, apart and small: claimed by any worker for any organization, it names nobody.
  await knex.raw(`
    create table due_messages (
      id uuid primary key,
      organization_id uuid not null,
      due_at timestamptz not null
    )`)
  await knex.raw('create index on due_messages (due_at)')
  await grantToApplication(knex, 'due_messages', ['select', 'insert', 'update', 'delete'])

  await knex.raw(`
    create table captured_messages (
      organization_id uuid not null,
      id uuid not null,
      message_id uuid not null,
      recipient text not null,
      subject text not null,
      text text not null,
      html text not null,
      sent_at timestamptz not null,
      primary key (organization_id, id),
      foreign key (organization_id, message_id) references messages (organization_id, id) on delete cascade
    )`)
  await protectByOrganization(knex, 'captured_messages', ['select', 'insert', 'delete'])
}
