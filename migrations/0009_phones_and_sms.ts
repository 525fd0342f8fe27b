import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table accounts
      add column phone text check (phone ~ '^[+][1-9][0-9]{6,14}$'),
      add column phone_verified_at timestamptz,
      -- When it was last given, changed or taken away: no code goes to a number that is new.
      add column phone_changed_at timestamptz,
      add check (phone is null or phone_changed_at is not null),
      add check (phone_verified_at is null or phone is not null)`)

  await knex.raw(`
    alter table messages
      drop constraint messages_channel_check,
      drop constraint messages_state_check,
      add constraint messages_channel_check check (channel in ('email', 'sms')),
      add constraint messages_state_check check (state in ('queued', 'sent', 'delivered', 'dropped', 'failed')),
      -- The name under which a text's provider reports what became of it.
      add column provider_id text`)

  // A text has neither.
  await knex.raw(`
    alter table captured_messages
      alter column subject drop not null,
      alter column html drop not null`)
}
