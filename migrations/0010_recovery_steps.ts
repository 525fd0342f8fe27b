import type { Knex } from 'knex'

/** Choosing a method, typing a code, and the steps of an authenticator between the first proof and the new password. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table recovery_attempts
      alter column method drop not null,
      add column sequence smallint not null default 1 check (sequence > 0),
      add column tries smallint not null default 0 check (tries between 0 and 5),
      add column pending_sealed text,
      drop constraint recovery_attempts_method_check,
      drop constraint recovery_attempts_step_check,
      drop constraint recovery_attempts_origin_check,
      drop constraint recovery_attempts_check4,
      add constraint method_is_a_name check (method ~ '^[a-z]+(-[a-z]+)*$'),
      add constraint step_exists check (step in
        ('choosing', 'proving', 'verifying', 'enrolling', 'keeping-codes', 'password', 'done', 'closed')),
      add constraint origin_exists check (origin in
        ('person', 'expired-link', 'paused-sign-in', 'operator', 'code-not-sent')),
      add constraint method_is_chosen check (method is not null or step in ('choosing', 'closed')),
      -- Nobody gets past the first proof without an account, a browser and the proof that their method asks for.
      add constraint first_proof check (step in ('choosing', 'proving', 'closed') or
        (account_id is not null and browser_hash is not null and method = any (proven))),
      -- A new authenticator is proven before it is bound, and its recovery codes are kept before the password is.
      add constraint enrolment_is_whole check (step <> 'keeping-codes' or 'enrolment' = any (proven)),
      add constraint codes_are_kept check (step not in ('password', 'done') or
        not ('enrolment' = any (proven)) or 'kept-codes' = any (proven)),
      add constraint pending_while_needed check (step not in ('enrolling', 'keeping-codes', 'password') or
        not ('enrolment' = any (proven)) or pending_sealed is not null),
      add constraint nothing_pending_when_over check (step not in ('done', 'closed') or pending_sealed is null)`)
  await knex.raw('create index on recovery_attempts (organization_id, account_id, begun_at)')
  await knex.raw(
    'create index on recovery_attempts (organization_id, finish_by) where pending_sealed is not null',
  )
}
