import type { Knex } from 'knex'

/** What is filled: an organization of the database, with so many people more, as it would be at an instant. */
export interface Filling {
  organization: string
  people: number
  at: Date
}

/** One step of filling, and what it adds. Each is one statement on `made`, the people that are added. */
type Step = [what: string, sql: string]

/**
 * Functions and people for the steps, gone with the connection. Ids are UUIDv7 of when something was made and of its kind and
 * number, so that rows can name each other without looking each other up.
 */
const MADE = [
  `create or replace function pg_temp.id_of(at timestamptz, kind int, n bigint) returns uuid stable language sql
     return (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(kind), 3, '0')
       || '8000' || lpad(to_hex(n), 12, '0'))::uuid`,
  `create or replace function pg_temp.chance(n bigint, salt int) returns int immutable language sql
     return (abs(hashint8(n * 64 + salt)::bigint) % 1000)::int`,
  `create or replace function pg_temp.hash_of(text) returns bytea stable language sql return sha256(convert_to($1, 'UTF8'))`,
  `drop table if exists made`,
  `create temp table made as
     select n, joined, pg_temp.id_of(joined, 1, n) as id
     from generate_series(1, :people) as n,
       lateral (select :at::timestamptz - interval '700 days' + n * (interval '699 days' / :people) as joined) as on_day`,
  `analyze made`,
]

/** As people are in an organization that has been here for two years: a few run it, most can be reached, some cannot. */
const PEOPLE: readonly Step[] = [
  [
    'accounts',
    `insert into accounts (organization_id, id, username, full_name, role, state, email, email_canonical, email_verified_at,
         phone, phone_verified_at, phone_changed_at, phone_country, security_epoch, created_at)
     select :organization, id, 'person-' || n,
       (array['Agus','Ana','Bo','Citra','Dewi','Eko','Fatima','Grace','Hana','Ivan','Jun','Karim','Lena','Mei','Nadia','Omar',
         'Putri','Rizky','Sari','Tomas','Uma','Wei','Yusuf','Zoe'])[1 + pg_temp.chance(n, 1) % 24]
       || ' ' || initcap((array['ka','su','ta','mi','ro','wi','han','lin','dar','san'])[1 + pg_temp.chance(n, 2) % 10]
       || (array['na','to','ri','ma','so','lo','ya','de','ku','pe'])[1 + pg_temp.chance(n, 3) % 10]
       || (array['wan','ti','ko','ra','son','man','li','no','ta','yo'])[1 + pg_temp.chance(n, 4) % 10]),
       case when n % 10000 = 0 or n <= 30 then 'administrator' else 'member' end,
       case when pg_temp.chance(n, 5) < 30 then 'suspended' else 'active' end,
       case when pg_temp.chance(n, 6) < 950 then 'person-' || n || '@people.example' end,
       case when pg_temp.chance(n, 6) < 950 then 'person-' || n || '@people.example' end,
       case when pg_temp.chance(n, 6) < 900 then joined end,
       case when pg_temp.chance(n, 7) < 600 then '+1' || (2010000000 + n) end,
       case when pg_temp.chance(n, 7) < 500 then joined end,
       case when pg_temp.chance(n, 7) < 600 then joined end,
       case when pg_temp.chance(n, 7) < 600 then 'US' end,
       pg_temp.chance(n, 8) % 3, joined
     from made`,
  ],
  [
    'account_names',
    `insert into account_names select named.* from accounts join made using (id), names_of(accounts) as named
     where accounts.organization_id = :organization`,
  ],
  [
    'passwords',
    `insert into passwords (organization_id, account_id, hash, set_at)
     select :organization, made.id, one.hash, joined
     from made, (select hash from passwords where organization_id = :organization limit 1) as one`,
  ],
  [
    'authenticators',
    `insert into authenticators (organization_id, account_id, secret_sealed, last_step, failures, confirmed_at)
     select :organization, id, 'made.up', 0, 0, joined from made where pg_temp.chance(n, 9) < 100`,
  ],
  [
    'recovery_codes',
    `insert into recovery_codes (organization_id, account_id, hash)
     select :organization, id, pg_temp.hash_of(id || '/' || code)
     from made, generate_series(1, 10) as code where pg_temp.chance(n, 9) < 100`,
  ],
  [
    'known_devices',
    `insert into known_devices (organization_id, account_id, device_hash, last_seen_at)
     select :organization, id, pg_temp.hash_of('device' || id), :at::timestamptz - pg_temp.chance(n, 10) * interval '8 hours'
     from made where pg_temp.chance(n, 11) < 400`,
  ],
  [
    'sessions',
    `insert into sessions (organization_id, token_hash, account_id, authenticated_at, last_seen_at, address, device, opened_at)
     select :organization, pg_temp.hash_of('session' || id), id, :at::timestamptz - interval '1 hour',
       :at::timestamptz - interval '5 minutes', '203.0.113.0/24', 'Firefox on Linux', :at::timestamptz - interval '1 hour'
     from made where pg_temp.chance(n, 12) < 30`,
  ],
  [
    'readiness_asks',
    `insert into readiness_asks (organization_id, account_id, asked_at)
     select :organization, id, :at::timestamptz - interval '2 days' from made where n % 500 = 0`,
  ],
]

/** What people did and were sent: the log since they joined with its chain, and of the last month what is kept a month. */
const PAST: readonly Step[] = [
  [
    'audit_events',
    `insert into audit_events (organization_id, id, at, kind, outcome, actor, actor_id, subject_id, address, request_id, detail)
     select :organization, pg_temp.id_of(happened, 2, n * 4 + time), happened,
       (array['sign-in.succeeded','sign-in.succeeded','sign-in.failed','recovery.requested','recovery.completed',
         'password.changed','email.changed','sign-out'])[1 + pg_temp.chance(n * 4 + time, 14) % 8],
       case when pg_temp.chance(n * 4 + time, 14) % 8 = 2 then 'refused' else 'success' end,
       'person', id, id, '203.0.113.0/24', pg_temp.id_of(happened, 3, n * 4 + time)::text, '{}'
     from made, generate_series(1, 2) as time,
       lateral (select joined + (:at::timestamptz - joined) * (pg_temp.chance(n, 15 + time) / 1000.0) as happened) as on_day
     order by happened`,
  ],
  [
    // Not hashed one by one as the worker does, which would take an hour: nothing that is measured follows the chain.
    'audit_links',
    `insert into audit_links (organization_id, sequence, event_id, link)
     select :organization, row_number() over (order by id), id, encode(pg_temp.hash_of(id::text), 'hex')
     from audit_events where organization_id = :organization`,
  ],
  [
    'recovery_attempts',
    `insert into recovery_attempts (organization_id, id, lineage, origin, settings_version, identifier_sealed, account_id,
         security_epoch, method, asked_by_hash, browser_hash, address, device, locale, step, closed_reason, proven, exchanges,
         submits, refreshed, completed_by, begun_at, finish_by, expires_at, ended_at)
     select :organization, pg_temp.id_of(begun, 4, n), pg_temp.id_of(begun, 5, n), 'person', 1, 'made.up', id, 0, 'email-link',
       pg_temp.hash_of('asked' || id), pg_temp.hash_of('browser' || id), '203.0.113.0/24', 'Firefox on Linux', 'en',
       case when is_done then 'done' else 'closed' end, case when is_done then null else 'expired' end,
       case when is_done then array['email-link'] else array[]::text[] end, case when is_done then 1 else 0 end,
       case when is_done then 1 else 0 end, false, case when is_done then id end,
       begun, begun + interval '1 hour', begun + interval '5 minutes', begun + interval '6 minutes'
     from made, lateral (select :at::timestamptz - interval '1 hour' - pg_temp.chance(n, 20) * interval '40 minutes' as begun,
       pg_temp.chance(n, 21) < 700 as is_done) as way
     where pg_temp.chance(n, 22) < 100`,
  ],
  [
    'messages',
    `insert into messages (organization_id, id, template, channel, recipient, locale, data, state, tries, fault, created_at,
         give_up_at, ended_at)
     select :organization, pg_temp.id_of(sent, 6, n), template, 'email',
       case when template = 'sign-in-paused' then 'person-' || n || '@people.example' end, 'en',
       case template when 'recover-link' then jsonb_build_object('attemptId', pg_temp.id_of(begun, 4, n))
         else jsonb_build_object('accountId', id) end,
       case when pg_temp.chance(n, 23) < 100 then 'failed' else 'sent' end, 1,
       case when pg_temp.chance(n, 23) < 100 then 'refused' end, sent, sent + interval '3 days', sent + interval '2 seconds'
     from made, lateral (select :at::timestamptz - interval '1 hour' - pg_temp.chance(n, 20) * interval '40 minutes' as begun) as way,
       lateral (select begun + interval '1 second' as sent,
         case when pg_temp.chance(n, 22) < 100 then 'recover-link' else 'sign-in-paused' end as template) as kind
     where pg_temp.chance(n, 24) < 400`,
  ],
  [
    'recovery_requests',
    `insert into recovery_requests (organization_id, id, account_id, security_epoch, state, note_sealed, address, device, asked_at,
         ended_at)
     select :organization, pg_temp.id_of(asked, 7, n), id, 0,
       case when n <= 40 then 'open' else 'cancelled' end, 'made.up', '203.0.113.0/24', 'Firefox on Linux', asked,
       case when n > 40 then asked + interval '1 day' end
     from made, lateral (select :at::timestamptz - interval '6 days'
       - case when n > 40 then pg_temp.chance(n, 25) * interval '2 hours' else interval '0' end as asked) as way
     where n <= 140 or pg_temp.chance(n, 26) < 1`,
  ],
  [
    'account_changes',
    `insert into account_changes (organization_id, id, account_id, security_epoch, changed, made_at)
     select :organization, pg_temp.id_of(made_at, 8, n), id, 0, 'password', made_at
     from made, lateral (select :at::timestamptz - pg_temp.chance(n, 27) * interval '2 hours' as made_at) as way
     where pg_temp.chance(n, 28) < 50`,
  ],
  [
    'limits',
    `insert into limits (key, spent, ends_at)
     select encode(pg_temp.hash_of('limit' || id), 'base64'), 1, :at::timestamptz + interval '1 hour'
     from made where pg_temp.chance(n, 29) < 50 on conflict do nothing`,
  ],
]

/** What an organization has however many people it has: versions of its settings, and a year of counted days. */
const ITSELF: readonly Step[] = [
  [
    'organization_settings',
    `insert into organization_settings (organization_id, version, settings, saved_at)
     select :organization, latest.version + n, latest.settings, :at::timestamptz - (31 - n) * interval '1 day'
     from generate_series(1, 30) as n, (select version, settings from organization_settings
       where organization_id = :organization order by version desc limit 1) as latest`,
  ],
  [
    'readiness_days',
    `insert into readiness_days (organization_id, day, people, able)
     select :organization, (:at::timestamptz - n * interval '1 day')::date, :people, :people * 4 / 5
     from generate_series(1, 365) as n`,
  ],
]

const STEPS: readonly Step[] = [...PEOPLE, ...PAST, ...ITSELF]

/**
 * Adds people to an organization with all that is kept of them, as the owner of the tables and within row-level security.
 * Everything passes the same constraints as what the product writes; the names that people are found by are made by the
 * statement that the trigger runs, for all of them at once. Tells of each step when it began (`performance.now()`).
 */
export async function fill(
  owner: Knex.Transaction,
  { organization, people, at }: Filling,
  tell: (what: string, since: number) => void,
): Promise<void> {
  const values = { organization, people, at: at.toISOString() }
  await owner.raw(
    `select set_config('latchkey.organization', ?, true), set_config('work_mem', '256MB', true),
       set_config('maintenance_work_mem', '512MB', true)`,
    [organization],
  )
  await owner.raw('alter table accounts disable trigger keep_account_names')
  for (const sql of MADE) await owner.raw(sql, values)
  const putBack = await takeAway(owner)
  for (const [what, sql] of STEPS) {
    const began = performance.now()
    await owner.raw(sql, values)
    tell(what, began)
  }
  const began = performance.now()
  for (const sql of putBack) await owner.raw(sql)
  tell('indexes and foreign keys', began)
  await owner.raw('alter table accounts enable trigger keep_account_names')
}

/**
 * Drops the foreign keys and the indexes that are no constraint's, which are made several times as fast at once as row by row.
 * Returns the statements that make them again, as they were.
 */
async function takeAway(owner: Knex.Transaction): Promise<string[]> {
  const { rows } = await owner.raw<{ rows: { away: string; back: string }[] }>(
    `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as away,
       format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as back
     from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace
     union all
     select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
     from pg_index join pg_class on pg_class.oid = indexrelid
     where relnamespace = 'public'::regnamespace and not indisunique`,
  )
  for (const { away } of rows) await owner.raw(away)
  return rows.map(({ back }) => back)
}

/** Adds small organizations of ten people each, who signed in now and then. None of them has a password. */
export async function fillOrganizations(
  owner: Knex.Transaction,
  { count, at }: { count: number; at: Date },
): Promise<void> {
  await owner.raw(`create or replace function pg_temp.fill_organizations(how_many int, at timestamptz)
    returns void language plpgsql as $$
    declare
      organization uuid;
    begin
      for which in 1..how_many loop
        organization := pg_temp.id_of(at - interval '1 year', 9, which);
        perform set_config('latchkey.organization', organization::text, true);
        insert into organizations (id, slug, name, state, created_at)
          values (organization, 'org-' || which, 'Organization ' || which, 'active', at - interval '1 year');
        insert into organization_settings (organization_id, version, settings, saved_at)
          values (organization, 1, '{}', at - interval '1 year');
        insert into accounts (organization_id, id, username, full_name, role, state, email, email_canonical, email_verified_at,
            security_epoch, created_at)
          select organization, pg_temp.id_of(at - interval '1 year', 1, which * 100 + n), 'person-' || n, 'Person ' || n,
            case n when 1 then 'owner' else 'member' end, 'active', 'person-' || n || '@org-' || which || '.example',
            'person-' || n || '@org-' || which || '.example', at - interval '1 year', 0, at - interval '1 year'
          from generate_series(1, 10) as n;
        insert into audit_events (organization_id, id, at, kind, outcome, actor, actor_id, subject_id, detail)
          select organization, pg_temp.id_of(at - n * interval '1 day', 2, which * 100 + n), at - n * interval '1 day',
            'sign-in.succeeded', 'success', 'person', pg_temp.id_of(at - interval '1 year', 1, which * 100 + n % 10 + 1),
            pg_temp.id_of(at - interval '1 year', 1, which * 100 + n % 10 + 1), '{}'
          from generate_series(1, 20) as n;
      end loop;
    end $$`)
  await owner.raw('select pg_temp.fill_organizations(?, ?)', [count, at.toISOString()])
}
