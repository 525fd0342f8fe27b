import type { Knex } from 'knex'

/** What administrators read in lists: requests, messages and the audit log, each with an index for every way it is read. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index recovery_requests_waiting on recovery_requests (organization_id, id) where ended_at is null`)

  await knex.raw('alter table messages add column delivered_at timestamptz')
  await knex.raw('create index messages_by_state on messages (organization_id, state, id)')

  await knex.raw('create index audit_events_of_a_kind on audit_events (organization_id, kind, outcome, id)')
  await knex.raw(`
    create index audit_events_by_an_actor on audit_events (organization_id, actor_id, kind, id)
      where actor_id is not null`)
}
