import type { Server } from 'node:http'
import { openApp, type App } from './app.ts'
import { CommandFailed, type Opened, type Tools } from './cli/command.ts'
import { run } from './cli/run.ts'
import type { ConnectionTarget, Database } from './database/connect.ts'
import { startEmbedded, type EmbeddedDatabase } from './database/embedded.ts'
import { faultsOfDatabase } from './database/health.ts'
import { migrate, pendingMigrations } from './database/migrate.ts'
import { LIMIT_NAMES } from './limits/limits.ts'
import { BadConfiguration, loadConfig, type Config } from './platform/config.ts'
import { createLog, type Logger } from './platform/log.ts'
import { createMetricsServer } from './metrics.ts'
import { Unavailable } from './platform/unavailable.ts'
import { createHttpServer } from './web/http.ts'
import {
  DEMO_AUTHENTICATOR,
  DEMO_ORGANIZATIONS,
  DEMO_PASSWORD,
  DEMO_PEOPLE,
} from '../seeds/demo-organizations.ts'
import { seedDemo, whoseDatabase } from '../seeds/demo.ts'

const print = (line: string) => void process.stdout.write(`${line}\n`)

function tools(): Tools {
  const config = loadConfig(undefined, LIMIT_NAMES)
  const log = createLog(config.logLevel)
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'a rejection that nobody handled')
    process.exitCode = 1
    // What else is broken now, nobody knows: end as when asked to, or at once where nobody waits to be asked.
    if (!process.emit('SIGTERM')) process.exit()
  })
  return {
    config,
    say: print,
    open: () => open(config, log),
    asksToEnd: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
      }),
    demo: {
      organizations: DEMO_ORGANIZATIONS,
      people: DEMO_PEOPLE,
      password: DEMO_PASSWORD,
      authenticator: DEMO_AUTHENTICATOR,
    },
  }
}

async function open(config: Config, log: Logger): Promise<Opened> {
  const reached = await reachDatabase(config)
  const { application, owner, listenTarget } = reached
  const app = openApp(config, { target: application, listenTarget, log })
  const { parts } = app
  return {
    dataFolder: reached.dataFolder,
    parts,
    migrate() {
      if (owner === null) throw new CommandFailed('Migrations run as the owner: set DATABASE_OWNER_URL.')
      return migrate(owner, application)
    },
    checkOwnership: () => checkOwnership(config, parts.database),
    async checkDatabase() {
      const faults = await faultsOfDatabase(parts.database)
      const pending = await pendingMigrations(parts.database)
      if (pending.length > 0) faults.push('it is not up to date, run `latchkey migrate` first')
      if (faults.length > 0) throw new CommandFailed(`The database cannot be used: ${faults.join('; ')}.`)
      await checkOwnership(config, parts.database)
    },
    seedDemo: () => seedDemo(parts),
    serve: () => serve(app, config, log),
    serveMetrics: () => serveMetrics(app, config, log),
    startWorker: () => app.startWorker(),
    async close() {
      await app.close()
      await reached.stop()
    },
  }
}

/** The demo shows reset links to whoever looks, and its password is known: it and production never share a database. */
async function checkOwnership({ environment }: Config, database: Database): Promise<void> {
  const whose = await whoseDatabase(database)
  if (environment === 'production' && whose === 'demo') {
    throw new CommandFailed(
      'This is the database of the demo, whose password everybody knows. Use another one.',
    )
  }
  if (environment === 'demo' && whose === 'other') {
    throw new CommandFailed(
      'This database holds organizations that are not the demo’s, and the demo shows reset links to whoever looks.\n' +
        'Set NODE_ENV=production to serve them, or give the demo an empty database.',
    )
  }
}

interface Reached {
  application: ConnectionTarget
  owner: ConnectionTarget | null
  listenTarget: ConnectionTarget | null
  dataFolder: string | null
  stop(): Promise<void>
}

/** The database of DATABASE_URL, or the private one. */
async function reachDatabase({ database, dataDir }: Config): Promise<Reached> {
  if (database.url !== null) {
    const stop = () => Promise.resolve()
    const { url, ownerUrl, directUrl } = database
    return { application: url, owner: ownerUrl, listenTarget: directUrl, dataFolder: null, stop }
  }
  const embedded: EmbeddedDatabase = await startEmbedded({ dataDir })
  const { application, owner, folder } = embedded
  const stop = () => embedded.stop()
  return { application, owner, listenTarget: application, dataFolder: folder, stop }
}

function serve(app: App, config: Config, log: Logger): Promise<() => Promise<void>> {
  const handle = app.koa.callback()
  const server = createHttpServer().on('request', (request, response) => void handle(request, response))
  return listen(server, { ...config.server, variable: 'PORT' }, log)
}

/** On a port of its own: the portal's is reached by everybody. */
async function serveMetrics(app: App, { metrics }: Config, log: Logger): Promise<() => Promise<void>> {
  if (metrics === null) return () => Promise.resolve()
  return listen(createMetricsServer(app.metrics), { ...metrics, variable: 'METRICS_PORT' }, log)
}

/** Returns what ends listening. Throws `CommandFailed` naming the variable to set for a port in use. */
async function listen(
  server: Server,
  { host, port, variable }: { host: string; port: number; variable: string },
  log: Logger,
): Promise<() => Promise<void>> {
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE'
      reject(inUse ? new CommandFailed(`Port ${port} is in use. Set ${variable} to another one.`) : error)
    }
    server.once('error', refuse)
    server.listen(port, host, () => {
      server.off('error', refuse)
      resolve()
    })
  })
  // Say, no file descriptor left for one more connection: the others are served all the same.
  server.on('error', (error) => log.error({ err: error }, 'a connection could not be taken'))
  return () => finish(server)
}

/** Takes no more requests and waits for those in flight; connections that are only kept open are closed. */
function finish(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // What is in flight is the last on its connection: kept open, it would hold up the end for seconds.
    server.keepAliveTimeout = 1
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}

/** What to tell the person at the terminal: a reason where it was foreseen, the whole stack where it was not. */
function explain(error: unknown): string {
  if (error instanceof Unavailable) {
    const reason = error.cause instanceof Error ? error.cause.message : ''
    return `${error.message}${reason && `: ${reason}`}`
  }
  if (error instanceof CommandFailed || error instanceof BadConfiguration) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

// Last, when everything above is in place.
try {
  await run(process.argv.slice(2), print, tools)
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}
