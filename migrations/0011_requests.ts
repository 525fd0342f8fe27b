import type { Knex } from 'knex'
import { protectByOrganization } from '../src/database/tenancy.ts'

/** Requests to the organization, of people who have nothing left to prove who they are, and who approved them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table recovery_requests (
      organization_id uuid not null references organizations (id),
      id uuid not null,
      account_id uuid not null,
      -- The account's when it was asked: a request is worthless for an account that has changed since.
      security_epoch integer not null,
      state text not null check (state in ('open', 'approved', 'granted', 'refused', 'cancelled', 'expired')),
      -- What the person wrote, for the administrators' eyes.
      note_sealed text not null,
      address text not null,
      device text not null,
      asked_at timestamptz not null,
      -- Set with the last approval: until then whoever has the account can still stop it.
      hold_until timestamptz,
      refusal text,
      ended_at timestamptz,
      primary key (organization_id, id),
      foreign key (organization_id, account_id) references accounts (organization_id, id),
      check ((state in ('open', 'approved')) = (ended_at is null)),
      check (state not in ('approved', 'granted') or hold_until is not null),
      check ((state = 'refused') = (refusal is not null))
    )`)
  await knex.raw(`
    create unique index one_request_at_a_time on recovery_requests (organization_id, account_id)
      where ended_at is null`)
  await knex.raw('create index on recovery_requests (organization_id, asked_at)')
  await protectByOrganization(knex, 'recovery_requests', ['select', 'insert', 'update', 'delete'])

  await knex.raw(`
    create table request_approvals (
      organization_id uuid not null,
      request_id uuid not null,
      approver_id uuid not null,
      reason text not null check (length(reason) > 0),
      approved_at timestamptz not null,
      -- Nobody approves twice: two approvals are two people.
      primary key (organization_id, request_id, approver_id),
      foreign key (organization_id, request_id) references recovery_requests (organization_id, id) on delete cascade,
      foreign key (organization_id, approver_id) references accounts (organization_id, id)
    )`)
  await protectByOrganization(knex, 'request_approvals', ['select', 'insert', 'delete'])

  await knex.raw(`
    alter table recovery_attempts
      drop constraint origin_exists,
      add constraint origin_exists check (origin in
        ('person', 'expired-link', 'paused-sign-in', 'operator', 'code-not-sent', 'approved'))`)
}
