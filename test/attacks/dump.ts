import knex from 'knex'
import { connectionOf } from '../../src/database/connect.ts'
import type { Portal } from '../support/portal.ts'

/** Every row of every table, as the owner of the database reads them. */
export async function dumpEverything(portal: Portal): Promise<string> {
  const sql = knex({ client: 'pg', connection: connectionOf(portal.store.owner), pool: { min: 0, max: 1 } })
  try {
    const organizations = await sql<{ id: string }>('organizations').select('id')
    const tables = await sql<{ tablename: string }>('pg_tables')
      .where('schemaname', 'public')
      .select('tablename')
    const texts: string[] = []
    for (const { id } of organizations) {
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
