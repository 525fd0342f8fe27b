import type { Knex } from 'knex'

/** What the application's role may do with a table. Audit, for one, is never updated or deleted (ASVS 16.4.2). */
export type Privilege = 'select' | 'insert' | 'update' | 'delete'

/**
 * Puts a table under row-level security: a transaction sees and writes only rows of the organization it set. FORCE holds
 * even for the table's owner; with no organization set, nothing is visible. Used by migrations, on every tenant table.
 */
export async function protectByOrganization(
  knex: Knex,
  table: string,
  privileges: Privilege[],
): Promise<void> {
  const ofThisOrganization = `organization_id = nullif(current_setting('latchkey.organization', true), '')::uuid`
  await knex.raw('alter table ?? enable row level security', [table])
  await knex.raw('alter table ?? force row level security', [table])
  await knex.raw(
    `create policy of_this_organization on ?? using (${ofThisOrganization}) with check (${ofThisOrganization})`,
    [table],
  )
  await grantToApplication(knex, table, privileges)
}

/** Lets the application's role use a table in just these ways. */
export async function grantToApplication(knex: Knex, table: string, privileges: Privilege[]): Promise<void> {
  const answer = await knex.raw<{ rows: { role: string }[] }>(
    `select current_setting('latchkey.application_role') as role`,
  )
  await knex.raw(`grant ${privileges.join(', ')} on ?? to ??`, [table, answer.rows[0]?.role ?? ''])
}
