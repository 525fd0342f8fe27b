import pg from 'pg'
import { connectionOf, endWhenSilent, type ConnectionTarget } from '../database/connect.ts'
import { DUE_CHANNEL } from './outbox.ts'

const CONNECT_TIMEOUT_MS = 3000
/** How long LISTEN, or a farewell, may go unanswered: the worker's end waits for it. */
const SILENCE_MS = 3000

/**
 * Listens, on a connection of its own that must not go through a pooler, for messages becoming due. Resolves once it
 * listens; then calls `wake` on each notification, and `lost` once if the connection ends by itself. Throws when the
 * database cannot be reached. Returns what ends it.
 */
export async function listenForDueMessages(
  target: ConnectionTarget,
  events: { wake: () => void; lost: () => void },
): Promise<() => Promise<void>> {
  const client = new pg.Client({
    ...(connectionOf(target) as pg.ClientConfig),
    application_name: 'latchkey listener',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  })
  client.on('notification', events.wake)
  // An error nobody listens to would end the process; that the connection is gone is told by "end" either way.
  client.on('error', () => undefined)
  try {
    await client.connect()
    endWhenSilent(client, SILENCE_MS)
    await client.query(`listen ${DUE_CHANNEL}`)
  } catch (error) {
    await client.end()
    throw error
  }
  client.on('end', events.lost)
  return () => {
    client.off('end', events.lost)
    return client.end()
  }
}
