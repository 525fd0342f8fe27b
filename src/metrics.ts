import { createServer, type Server } from 'node:http'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { AuditEvent } from './audit/audit.ts'
import { poolUse, type Database } from './database/connect.ts'
import { withoutOrganization } from './database/transaction.ts'
import type { Channel } from './delivery/message.ts'
import { waitingMessages } from './delivery/outbox.ts'
import type { LimitName } from './limits/limits.ts'
import { SECOND } from './platform/clock.ts'

/** What a process tells of itself. Its labels are words of this program alone: nothing that anybody typed, is or has (AL-11). */
export interface Metrics {
  answered: (request: { method: string; route: string; status: number; milliseconds: number }) => void
  /** Somebody waits for a hash; what it returns is called when their turn has come. */
  hashWanted: () => () => void
  refusedBy: (limit: LimitName) => void
  handled: (channel: Channel, outcome: 'sent' | 'failed' | 'dropped' | 'postponed') => void
  recorded: (event: Pick<AuditEvent, 'kind' | 'outcome'>) => void
  roundDone: (work: 'sending' | 'chaining' | 'importing' | 'housekeeping') => void
  /** Everything, as Prometheus reads it. */
  text: () => Promise<string>
}

/** Methods that pages have; whatever else is asked with is one of `other`, or anybody could fill the memory with names. */
const METHODS = ['GET', 'HEAD', 'POST']
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const WAIT_SECONDS = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/**
 * Makes the metrics of one process. Organizations are no label: there may be ten thousand of them, and their pages and
 * letters tell each of its own. What the database tells is asked for when somebody reads.
 */
export function createMetrics(database: Database): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Histogram({
    name: 'latchkey_http_request_duration_seconds',
    help: 'Requests by the pattern of their address',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_SECONDS,
    registers,
  })
  const hashWaiting = new Gauge({
    name: 'latchkey_hash_queue_depth',
    help: 'Who waits for a hash',
    registers,
  })
  const hashWaits = new Histogram({
    name: 'latchkey_hash_wait_seconds',
    help: 'How long a hash was waited for',
    buckets: WAIT_SECONDS,
    registers,
  })
  const refusals = new Counter({
    name: 'latchkey_limit_refusals_total',
    help: 'What limits refused',
    labelNames: ['limit'],
    registers,
  })
  const messages = new Counter({
    name: 'latchkey_messages_total',
    help: 'What became of messages that this worker took up',
    labelNames: ['channel', 'outcome'],
    registers,
  })
  const events = new Counter({
    name: 'latchkey_events_total',
    help: 'Events of the activity logs, each counted once, by the worker that chained it',
    labelNames: ['kind', 'outcome'],
    registers,
  })
  const rounds = new Gauge({
    name: 'latchkey_worker_last_round_timestamp_seconds',
    help: 'When this worker last ended a round well',
    labelNames: ['work'],
    registers,
  })
  const look = watchDatabase(registers, database)
  return {
    answered({ method, route, status, milliseconds }) {
      const known = METHODS.includes(method) ? method : 'other'
      requests.observe({ method: known, route, status }, milliseconds / SECOND)
    },
    hashWanted() {
      hashWaiting.inc()
      const entered = hashWaits.startTimer()
      return () => {
        hashWaiting.dec()
        entered()
      }
    },
    refusedBy: (limit) => refusals.inc({ limit }),
    handled: (channel, outcome) => messages.inc({ channel, outcome }),
    recorded: ({ kind, outcome }) => events.inc({ kind, outcome }),
    roundDone: (work) => rounds.setToCurrentTime({ work }),
    async text() {
      await look()
      return registry.metrics()
    },
  }
}

/** Returns what looks, before each reading, whether the database answers, what waits in its queue and who waits for it here. */
function watchDatabase(registers: Registry[], database: Database): () => Promise<void> {
  const isUp = new Gauge({ name: 'latchkey_database_up', help: 'Whether the database answers', registers })
  const waiting = new Gauge({ name: 'latchkey_messages_waiting', help: 'Messages in the queue', registers })
  const oldest = new Gauge({
    name: 'latchkey_oldest_message_wait_seconds',
    help: 'How long the message has been due that is due longest; grows while no worker runs',
    registers,
  })
  const connections = new Gauge({
    name: 'latchkey_database_connections',
    help: 'Connections of this process, and who waits for one',
    labelNames: ['state'],
    registers,
  })
  return async () => {
    for (const [state, count] of Object.entries(poolUse(database))) connections.set({ state }, count)
    try {
      const queue = await withoutOrganization(database, waitingMessages)
      waiting.set(queue.count)
      oldest.set(queue.oldestWaitsMs / SECOND)
      isUp.set(1)
    } catch {
      // What was last known is no answer.
      waiting.remove()
      oldest.remove()
      isUp.set(0)
    }
  }
}

/** A server that answers GET /metrics and nothing else. It has no guard of its own: nobody but Prometheus may reach it. */
export function createMetricsServer({ text }: Metrics): Server {
  const ofTheProcess = new Registry()
  collectDefaultMetrics({ register: ofTheProcess })
  return createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    Promise.all([text(), ofTheProcess.metrics()]).then(
      (parts) => response.setHeader('Content-Type', ofTheProcess.contentType).end(parts.join('')),
      () => response.writeHead(500).end(),
    )
    // Where the portal cannot be served, nothing keeps the process.
  }).unref()
}
