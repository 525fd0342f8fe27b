import { Unavailable } from '../platform/unavailable.ts'

/** SQLSTATE classes that mean "not now": connection, rollback (a deadlock), resources, operator intervention. */
const AWAY_CLASSES = ['08', '40', '53', '57']
const AWAY_STATES = ['25006', '55P03'] // read-only (a standby during failover); lock timeout

/** What Node's sockets, node-postgres and Knex's pool say when there is no connection to be had. */
const AWAY_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]
const AWAY_MESSAGES =
  /Connection terminated|timeout expired|Client has encountered a connection error|not queryable|Timeout acquiring a connection/

/** Whether an error says that the database is away or overloaded, so that trying again later makes sense. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // A socket that is not there; a missing file of ours is another matter.
  const isNoSocket = code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect'
  const isState = /^[0-9A-Z]{5}$/.test(code)
  return (
    (isState && (AWAY_CLASSES.includes(code.slice(0, 2)) || AWAY_STATES.includes(code))) ||
    AWAY_CODES.includes(code) ||
    isNoSocket ||
    AWAY_MESSAGES.test(error.message)
  )
}

/** `Unavailable` for an error that says that the database is away, and any other error as it is. */
export function orUnavailable(error: unknown): unknown {
  return isAway(error) ? new Unavailable('the database', { retryAfterSeconds: 5, cause: error }) : error
}

/** Whether an error is PostgreSQL refusing a second row under one unique key. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505'
}
