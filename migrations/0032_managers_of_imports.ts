import type { Knex } from 'knex'

/** Of the people of a file, those who come to run the organization: said before anybody brings them over. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table imports add column managers integer not null default 0 check (managers >= 0)')
}
