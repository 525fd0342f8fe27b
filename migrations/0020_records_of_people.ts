import type { Knex } from 'knex'

/** What a person reads of their own: what happened to the account, and what was sent to it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- By kind before anything else, so that a flood of one kind makes nobody's reading of another slower.
    create index audit_events_of_a_subject on audit_events (organization_id, subject_id, kind, id)`)
  await knex.raw('drop index audit_events_organization_id_subject_id_at_idx')
}
