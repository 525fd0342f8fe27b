import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

/**
 * Finding one person among a million. Row-level security lets no index serve a condition on lower(full_name), so that what
 * people are found by is stored: the full name, the rest of it from each word on, the username and the address.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function searched_name(name text) returns text immutable language sql
      return btrim(regexp_replace(lower(normalize(name, nfkc)), '[\\s-]+', ' ', 'g'))`)
  await knex.raw(`
    create table account_names (
      organization_id uuid not null,
      account_id uuid not null,
      -- By its bytes, so that what begins with a text stands together in the index.
      name text collate "C" not null,
      is_full_name boolean not null,
      primary key (organization_id, account_id, name),
      foreign key (organization_id, account_id) references accounts (organization_id, id) on delete cascade
    )`)
  await knex.raw('create index on account_names (organization_id, name, account_id)')
  // For the whole list: between two full names there can be any number of other names.
  await knex.raw('create index on account_names (organization_id, name, account_id) where is_full_name')
  // Chinese puts no space between words: each of its characters may begin one.
  await knex.raw(`
    create function names_of(account accounts) returns setof account_names stable language sql
      begin atomic
        with full_name as (
          select name, string_to_array(name, ' ') as words from searched_name(account.full_name) as name
        ),
        found as (
          select name, true as is_full_name from full_name
          union all select array_to_string(words[at:], ' '), false
            from full_name, generate_series(2, cardinality(words)) as at
          union all select substr(name, at), false from full_name, generate_series(2, length(name)) as at
            where name ~ '[\\u3400-\\u9fff]' and substr(name, at, 1) ~ '[\\u3400-\\u9fff]'
          union all select searched_name(account.username), false where account.username is not null
          union all select searched_name(account.email_canonical), false where account.email_canonical is not null
        )
        select account.organization_id, account.id, found.name, bool_or(found.is_full_name)
        from found group by found.name;
      end`)
  // A trigger and no store: whoever adds or renames people, an older version beside this one too, leaves none unfound.
  await knex.raw(`
    create function keep_account_names() returns trigger language plpgsql as $$
    begin
      delete from account_names where organization_id = new.organization_id and account_id = new.id;
      insert into account_names select * from names_of(new);
      return null;
    end $$`)
  await knex.raw('alter table accounts no force row level security')
  await knex.raw('insert into account_names select named.* from accounts, names_of(accounts) as named')
  await knex.raw('alter table accounts force row level security')
  await protectByOrganization(knex, 'account_names', ['select', 'insert', 'delete'])
  await knex.raw(`
    create trigger keep_account_names after insert or update of full_name, username, email_canonical on accounts
      for each row execute function keep_account_names()`)

  // Few among many: who runs the organization, and who is kept out.
  await knex.raw(`create index on accounts (organization_id, id) where role <> 'member'`)
  await knex.raw(`create index on accounts (organization_id, id) where state = 'suspended'`)

  await knex.raw(`
    alter table recovery_attempts
      drop constraint origin_exists,
      add constraint origin_exists check (origin in
        ('person', 'expired-link', 'paused-sign-in', 'operator', 'code-not-sent', 'approved', 'administrator'))`)
}
