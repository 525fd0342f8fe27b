import type { Server } from 'node:http'
import { openApp, type App } from './app.ts'
import { CommandFailed, type Opened, type Tools } from './cli/command.ts'
import { run } from './cli/run.ts'
import type { ConnectionTarget } from './database/connect.ts'
import { startEmbedded, type EmbeddedDatabase } from './database/embedded.ts'
import { faultsOfDatabase } from './database/health.ts'
import { migrate } from './database/migrate.ts'
import { BadConfiguration, loadConfig, type Config } from './platform/config.ts'
import { createLog, type Logger } from './platform/log.ts'
import { Unavailable } from './platform/unavailable.ts'
import { createHttpServer } from './web/http.ts'
import { DEMO_ORGANIZATIONS, DEMO_PASSWORD, DEMO_PEOPLE } from '../seeds/demo-organizations.ts'
import { seedDemo, whoseDatabase } from '../seeds/demo.ts'

const print = (line: string) => void process.stdout.write(`${line}\n`)

function tools(): Tools {
  const config = loadConfig()
  const log = createLog(config.logLevel)
  process.on('unhandledRejection', (error) => log.fatal({ err: error }, 'a rejection that nobody handled'))
  return {
    config,
    say: print,
    open: () => open(config, log),
    asksToEnd: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
      }),
    demo: { organizations: DEMO_ORGANIZATIONS, people: DEMO_PEOPLE, password: DEMO_PASSWORD },
  }
}

async function open(config: Config, log: Logger): Promise<Opened> {
  const reached = await reachDatabase(config)
  const { application, owner, listenTarget } = reached
  const app = openApp(config, { target: application, listenTarget, log })
  const { parts } = app
  return {
    parts,
    migrate() {
      if (owner === null) throw new CommandFailed('Migrations run as the owner: set DATABASE_OWNER_URL.')
      return migrate(owner, application)
    },
    whoseDatabase: () => whoseDatabase(parts.database),
    async checkDatabase() {
      const faults = await faultsOfDatabase(parts.database)
      if (faults.length > 0) throw new CommandFailed(`The database cannot be used: ${faults.join('; ')}.`)
    },
    seedDemo: () => seedDemo(parts),
    serve: () => listen(app, config),
    startWorker: () => app.startWorker(),
    async close() {
      await app.close()
      await reached.stop()
    },
  }
}

interface Reached {
  application: ConnectionTarget
  owner: ConnectionTarget | null
  listenTarget: ConnectionTarget | null
  stop(): Promise<void>
}

/** The database of DATABASE_URL, or the private one. */
async function reachDatabase({ database, dataDir }: Config): Promise<Reached> {
  if (database.url !== null) {
    const stop = () => Promise.resolve()
    return { application: database.url, owner: database.ownerUrl, listenTarget: database.directUrl, stop }
  }
  const embedded: EmbeddedDatabase = await startEmbedded({ dataDir })
  const { application, owner } = embedded
  return { application, owner, listenTarget: application, stop: () => embedded.stop() }
}

async function listen(app: App, config: Config): Promise<() => Promise<void>> {
  const handle = app.koa.callback()
  const server = createHttpServer().on('request', (request, response) => void handle(request, response))
  const { host, port } = config.server
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE'
      reject(inUse ? new CommandFailed(`Port ${port} is in use. Set PORT to another one.`) : error)
    })
    server.listen(port, host, resolve)
  })
  return () => finish(server)
}

/** Takes no more requests and waits for those in flight; connections that are only kept open are closed. */
function finish(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}

// Last, when everything above is in place.
try {
  await run(process.argv.slice(2), print, tools)
} catch (error) {
  const expected =
    error instanceof CommandFailed || error instanceof BadConfiguration || error instanceof Unavailable
  process.stderr.write(`${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = 1
}
