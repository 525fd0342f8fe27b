import type { Knex } from 'knex'

/** A pause for who is signed in and proves themselves again, which strangers at sign-in cannot bring about. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table authenticators
      add column step_up_failures integer not null default 0 check (step_up_failures >= 0),
      add column step_up_paused_until timestamptz`)
}
