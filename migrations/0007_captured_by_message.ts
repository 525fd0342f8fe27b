import type { Knex } from 'knex'

/** Deleting a message looks for what was captured of it, and so does the demo's outbox. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index on captured_messages (organization_id, message_id)')
}
