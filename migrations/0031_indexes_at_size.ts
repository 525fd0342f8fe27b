import type { Knex } from 'knex'

/** What is looked for among a million, each by an index that leads there. */
export async function up(knex: Knex): Promise<void> {
  // Pages of owners ask whether there is another: one among the hundred who run a large organization.
  await knex.raw(`create index accounts_owners on accounts (organization_id, id) where role = 'owner'`)
  // Housekeeping, batch after batch: without these, each passes over all that the ones before it deleted.
  await knex.raw('create index sessions_by_last_seen on sessions (organization_id, last_seen_at)')
  await knex.raw('create index sessions_by_sign_in on sessions (organization_id, authenticated_at)')
  await knex.raw(`
    create index recovery_requests_by_end on recovery_requests (organization_id, ended_at) where ended_at is not null`)
  await knex.raw('create index readiness_asks_by_age on readiness_asks (organization_id, asked_at)')
  await knex.raw(`
    create index messages_to_the_deleted on messages (organization_id, ended_at)
      where template = 'account-deleted' and ended_at is not null`)
}
