import type { Knex } from 'knex'
import { grantToApplication } from '../src/database/tenancy.ts'

/** What hangs on an account and goes with it. */
const OF_AN_ACCOUNT = [
  'passwords',
  'sessions',
  'known_devices',
  'authenticators',
  'half_sign_ins',
  'recovery_attempts',
  'recovery_requests',
  'account_changes',
]

/** Ids in a message's data by which it is found when its person is gone. */
const NAMED_IN_MESSAGES = ['accountId', 'attemptId', 'requestId', 'signUpId', 'pendingId']

/** What a person reads of their own, and the end of an account with all that is kept of it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- By kind before anything else, so that a flood of one kind makes nobody's reading of another slower.
    create index audit_events_of_a_subject on audit_events (organization_id, subject_id, kind, id)`)
  await knex.raw('drop index audit_events_organization_id_subject_id_at_idx')

  await knex.raw(`
    -- Set: its person wants the account deleted, and it is from then on.
    alter table accounts add column deletion_due_at timestamptz`)
  await knex.raw(`
    create index on accounts (organization_id, deletion_due_at) where deletion_due_at is not null`)
  await grantToApplication(knex, 'accounts', ['delete'])

  for (const table of OF_AN_ACCOUNT) {
    const key = `${table}_organization_id_account_id_fkey`
    await knex.raw(
      `alter table ?? drop constraint ??, add constraint ?? foreign key (organization_id, account_id)
         references accounts (organization_id, id) on delete cascade`,
      [table, key, key],
    )
  }
  await knex.raw('create index on half_sign_ins (organization_id, account_id)')
  await knex.raw('create index on recovery_requests (organization_id, account_id)')
  // Who approved others' requests can be deleted, and their id stays: null would make it the operator's approval.
  await knex.raw(
    'alter table request_approvals drop constraint request_approvals_organization_id_approver_id_fkey',
  )

  await knex.raw('create index on messages (organization_id, recipient)')
  for (const name of NAMED_IN_MESSAGES) {
    await knex.raw(
      `create index on messages (organization_id, (data ->> '${name}')) where data ->> '${name}' is not null`,
    )
  }
}
