import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

/** Passwords that people bring along from another system, hashed as it hashed them until they sign in. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table passwords
      drop constraint passwords_hash_check,
      -- How another system hashed it; null: we did.
      add column foreign_kind text check (length(foreign_kind) <= 40),
      add constraint passwords_hash_check check (
        length(hash) <= 512 and case when foreign_kind is null
          then hash like '$argon2id$%'
          else hash ~ '^([$](argon2|2[aby][$]|scrypt[$]|pbkdf2)|pbkdf2_)'
        end)`)
  await knex.raw('create index on passwords (organization_id, foreign_kind) where foreign_kind is not null')
  // What a check costs at the most, of each kind that there is: so much everybody's costs, so that the time tells nothing.
  await knex.raw(`
    create table foreign_hash_kinds (
      organization_id uuid not null references organizations (id),
      kind text not null check (length(kind) <= 40),
      work integer not null check (work > 0),
      primary key (organization_id, kind)
    )`)
  await protectByOrganization(knex, 'foreign_hash_kinds', ['select', 'insert', 'update', 'delete'])
}
