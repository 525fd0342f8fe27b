import type { Knex } from 'knex'

/** Who saved each version of an organization's settings, and which older one it took over again. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table organization_settings
      -- Null: whoever runs the server. No reference: who saved it can be deleted, and their id stays.
      add column saved_by uuid,
      add column restored_from integer check (restored_from < version)`)
}
