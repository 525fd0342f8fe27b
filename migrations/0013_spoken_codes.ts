import type { Knex } from 'knex'

/** Codes that are read out to who has no address, approvals by the operator, and finding what is under way for an account. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- An account has one spoken code at a time: it is found by its account.
    create unique index one_spoken_code_at_a_time on recovery_attempts (organization_id, account_id)
      where method = 'spoken-code' and ended_at is null`)
  await knex.raw(`
    create index on recovery_requests (organization_id, account_id) where state in ('approved', 'granted')`)
  await knex.raw(`
    alter table request_approvals
      drop constraint request_approvals_pkey,
      -- Null: the operator, who approves once as everybody does.
      alter column approver_id drop not null,
      add unique nulls not distinct (organization_id, request_id, approver_id)`)
}
