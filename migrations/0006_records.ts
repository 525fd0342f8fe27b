import type { Knex } from 'knex'
import { grantToApplication, protectByOrganization } from '../src/database/tenancy.ts'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table audit_events (
      organization_id uuid not null references organizations (id),
      id uuid not null,
      at timestamptz not null,
      kind text not null,
      outcome text not null check (outcome in ('success', 'refused')),
      actor text not null check (actor in ('person', 'operator', 'system')),
      actor_id uuid,
      subject_id uuid,
      address text,
      request_id text,
      detail jsonb not null check (jsonb_typeof(detail) = 'object'),
      primary key (organization_id, id)
    )`)
  await knex.raw('create index on audit_events (organization_id, subject_id, at)')
  await protectByOrganization(knex, 'audit_events', ['select', 'insert'])

  await knex.raw(`
    create table limits (
      key text primary key,
      spent integer not null check (spent >= 0),
      ends_at timestamptz not null
    )`)
  await knex.raw('create index on limits (ends_at)')
  await grantToApplication(knex, 'limits', ['select', 'insert', 'update', 'delete'])

  await knex.raw(`
    create table sign_in_delays (
      organization_id uuid not null references organizations (id),
      key text not null,
      tries integer not null check (tries > 0),
      blocked_until timestamptz not null,
      forgotten_at timestamptz not null,
      primary key (organization_id, key)
    )`)
  await knex.raw('create index on sign_in_delays (organization_id, forgotten_at)')
  await protectByOrganization(knex, 'sign_in_delays', ['select', 'insert', 'update', 'delete'])
}
