import type { Knex } from 'knex'
import { grantToApplication, protectByOrganization } from '../src/database/tenancy.ts'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table organizations (
      id uuid primary key,
      slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) between 2 and 40),
      name text not null check (length(name) between 1 and 100),
      state text not null check (state in ('active', 'suspended')),
      created_at timestamptz not null
    )`)
  await grantToApplication(knex, 'organizations', ['select', 'insert', 'update'])

  await knex.raw(`
    create table organization_settings (
      organization_id uuid not null references organizations (id),
      version integer not null check (version > 0),
      settings jsonb not null check (jsonb_typeof(settings) = 'object'),
      saved_at timestamptz not null,
      primary key (organization_id, version)
    )`)
  await protectByOrganization(knex, 'organization_settings', ['select', 'insert'])
}
