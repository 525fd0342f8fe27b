import type { Knex } from 'knex'
import { grantToApplication, protectByOrganization } from '../src/database/tenancy.ts'

/** The chain over each organization's log: who changes or removes an event breaks every link behind it (ASVS 16.4.2). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table audit_links (
      organization_id uuid not null references organizations (id),
      sequence bigint not null check (sequence > 0),
      event_id uuid not null,
      -- SHA-256 of the link before and of the event, in hexadecimal.
      link text not null check (link ~ '^[0-9a-f]{64}$'),
      primary key (organization_id, sequence),
      unique (organization_id, event_id)
    )`)
  await protectByOrganization(knex, 'audit_links', ['select', 'insert'])

  // What waits to be chained, like the queue of messages: any worker takes it for any organization, and it names nobody.
  await knex.raw('create table unchained_events (id uuid primary key, organization_id uuid not null)')
  await knex.raw('create index on unchained_events (organization_id, id)')
  await grantToApplication(knex, 'unchained_events', ['select', 'insert', 'update', 'delete'])

  // Row-level security holds for the owner of the tables too.
  const organizations = await knex<{ id: string }>('organizations').select('id')
  for (const { id } of organizations) {
    await knex.raw(`select set_config('latchkey.organization', ?, true)`, [id])
    await knex.raw(
      'insert into unchained_events (id, organization_id) select id, organization_id from audit_events',
    )
  }
  await knex.raw(`select set_config('latchkey.organization', '', true)`)
}
