import type { Knex } from 'knex'

/** A hold that counts from its warning, and a pause at recovery that strangers at sign-in cannot bring about. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- When the letter about the hold last left. The link waits for it.
    alter table recovery_requests add column warned_at timestamptz`)
  await knex.raw(`
    alter table authenticators
      add column recovery_failures integer not null default 0 check (recovery_failures >= 0),
      add column recovery_paused_until timestamptz`)
}
