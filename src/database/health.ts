import { withoutOrganization } from './transaction.ts'
import type { Database } from './connect.ts'

/**
 * What about a database would break a promise, in words for the operator; empty when it may be used. What was
 * acknowledged must be on disk (promise P1), and the role must be one that row-level security binds,
 * SET ROLE included.
 */
export async function faultsOfDatabase(database: Database): Promise<string[]> {
  return withoutOrganization(database, async ({ sql }) => {
    const answer = await sql.raw<{ rows: [Facts] }>(`
      select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
             current_setting('synchronous_commit') as synchronous_commit,
             exists (select from pg_roles
                     where (rolsuper or rolbypassrls) and pg_has_role(oid, 'member')) as unbound,
             exists (select from pg_tables
                     where schemaname = 'public' and pg_has_role(tableowner, 'member')) as owner`)
    const facts = answer.rows[0]
    const faults: [boolean, string][] = [
      [facts.version < 150_000, 'it is older than PostgreSQL 15'],
      [facts.fsync === 'off', 'fsync is off: an acknowledged change could be lost'],
      [facts.synchronous_commit === 'off', 'synchronous_commit is off: an acknowledged change could be lost'],
      [facts.unbound, 'the role of DATABASE_URL is, or may become, one that bypasses row-level security'],
      [
        facts.owner,
        'the role of DATABASE_URL owns the tables, or may become who does; give migrations their own in DATABASE_OWNER_URL',
      ],
    ]
    return faults.filter(([broken]) => broken).map(([, fault]) => fault)
  })
}

interface Facts {
  version: number
  fsync: string
  synchronous_commit: string
  unbound: boolean
  owner: boolean
}
