import knex from 'knex'
import { connectionOf } from '../../src/database/connect.ts'
import type { Portal } from '../support/portal.ts'

/** Every row of every table, as the owner of the database reads them. */
export async function dumpEverything(portal: Portal): Promise<string> {
  return dump(portal, async (sql) =>
    (await sql<{ id: string }>('organizations').select('id')).map(({ id }) => id),
  )
}

/** Every row of one organization. */
export async function dumpOf(portal: Portal, slug: string): Promise<string> {
  const { id } = await portal.organization(slug)
  const rows = await dump(portal, () => Promise.resolve([id]))
  return rows
    .split('\n')
    .filter((row) => row.includes(id))
    .toSorted()
    .join('\n')
}

async function dump(portal: Portal, organizations: (sql: knex.Knex) => Promise<string[]>): Promise<string> {
  const sql = knex({ client: 'pg', connection: connectionOf(portal.store.owner), pool: { min: 0, max: 1 } })
  try {
    const tables = await sql<{ tablename: string }>('pg_tables')
      .where('schemaname', 'public')
      .select('tablename')
    const texts: string[] = []
    for (const id of await organizations(sql)) {
      await sql.transaction(async (tx) => {
        await tx.raw(`select set_config('latchkey.organization', ?, true)`, [id])
        for (const { tablename } of tables) {
          const answer = await tx.raw<{ rows: { row: string }[] }>('select t::text as row from ?? t', [
            tablename,
          ])
          texts.push(...answer.rows.map(({ row }) => row))
        }
      })
    }
    return texts.join('\n')
  } finally {
    await sql.destroy()
  }
}
