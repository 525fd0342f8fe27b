import type { ChildProcess } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { chooseAccount } from './embedded/account.ts'
import {
  createCluster,
  findHome,
  PORT,
  prepareHome,
  prepareSocketFolder,
  type Home,
} from './embedded/cluster.ts'
import { explainFailure } from './embedded/failure.ts'
import { findPrograms } from './embedded/programs.ts'
import { clearStaleLocks, launch, look, TRIES_PER_SECOND, waitFor, type Sighting } from './embedded/server.ts'

export interface ConnectionSettings<User extends string> {
  /** The folder of the server's unix socket. */
  readonly host: string
  readonly port: number
  readonly user: User
  readonly database: string
}

export interface EmbeddedDatabase {
  /** For migrations: owns the database and may create others, but is no superuser and obeys row-level security. */
  readonly owner: ConnectionSettings<'latchkey_owner'>
  /** For everything else: owns nothing. */
  readonly application: ConnectionSettings<'latchkey_app'>
  /** Where its data lies, links resolved: for root perhaps not below `dataDir`. */
  readonly folder: string
  /** Lets go of the server, which stops when nobody else holds it; whoever started it waits for that. */
  stop(): Promise<void>
}

/** Seconds that a server may need to start or to stop, recovery after a crash included. */
const PATIENCE_SECONDS = 60

/** Seconds after which a server that was let go of and still serves is taken to be held by somebody else. */
const GRACE_SECONDS = 2

/**
 * Starts the private PostgreSQL whose cluster lies in `<dataDir>/postgres`, creating it at first, or joins the one that
 * another process runs there. It is reached by a unix socket in a private folder only, and it stops by itself when the
 * last process that holds it has stopped or died, so a command that started it may end before one that joined.
 * Throws an Error that says what to do when this system, its disk or its user can't run it.
 */
export async function startEmbedded(options: { dataDir: string }): Promise<EmbeddedDatabase> {
  const dataDir = resolve(options.dataDir)
  const home = await findHome(dataDir)
  const holder = home && holdIfThere(home)
  if (home && holder !== undefined) {
    const sighting = await settled(home).catch((error: unknown) => {
      closeSync(holder)
      throw error
    })
    if (sighting.state === 'ready') return joined(home, sighting.socketFolder, holder)
    closeSync(holder)
  }
  return await start(dataDir)
}

async function start(dataDir: string): Promise<EmbeddedDatabase> {
  const account = await chooseAccount()
  const programs = await findPrograms(account, dataDir)
  const home = await prepareHome(dataDir, account)
  await createCluster(home, programs, account)
  const socketFolder = await prepareSocketFolder(home, account)
  const holder = hold(home)
  try {
    const database = await waitFor(PATIENCE_SECONDS, async () => {
      const sighting = await settled(home)
      if (sighting.state === 'ready') return joined(home, sighting.socketFolder, holder)
      await clearStaleLocks(home, socketFolder)
      const before = await logged(home)
      const guard = await launch(home, programs, socketFolder, account)
      if (await serving(home, guard)) return started(home, socketFolder, holder)
      const words = (await logged(home)).slice(before.length)
      if (!isTaken(words)) explainFailure(words)
    })
    return database ?? explainFailure(`It found no room to start; its log is ${home.log}.`)
  } catch (error) {
    closeSync(holder)
    throw error
  }
}

/** Another command was faster, or processes of a killed server are still going: both pass. */
function isTaken(words: string): boolean {
  return /lock file "[^"]*" already exists|pre-existing shared memory block/.test(words)
}

async function settled(home: Home): Promise<Exclude<Sighting, { state: 'changing' }>> {
  const sighting = await waitFor(PATIENCE_SECONDS, async () => {
    const seen = await look(home)
    return seen.state === 'changing' ? undefined : seen
  })
  return sighting ?? explainFailure(`It does not answer; its log is ${home.log}.`)
}

/** Whether the server under this guard came to answer; false when it ended instead. */
async function serving(home: Home, guard: ChildProcess): Promise<boolean> {
  const answer = await waitFor(PATIENCE_SECONDS, async () => {
    if (guard.exitCode !== null || guard.signalCode !== null) return false
    return (await look(home)).state === 'ready' ? true : undefined
  })
  return answer ?? explainFailure(`It does not answer; its log is ${home.log}.`)
}

function started(home: Home, socketFolder: string, holder: number): EmbeddedDatabase {
  return {
    ...connections(socketFolder),
    folder: home.folder,
    stop: once(async () => {
      closeSync(holder)
      let triesLeft = GRACE_SECONDS * TRIES_PER_SECOND
      await waitFor(PATIENCE_SECONDS, async () => {
        const { state } = await look(home)
        if (state === 'ready') triesLeft -= 1
        return state === 'none' || triesLeft === 0 ? true : undefined
      })
    }),
  }
}

function joined(home: Home, socketFolder: string, holder: number): EmbeddedDatabase {
  return {
    ...connections(socketFolder),
    folder: home.folder,
    stop: once(() => {
      closeSync(holder)
      return Promise.resolve()
    }),
  }
}

/** Closing a descriptor twice could close somebody else's. */
function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= act())
}

function connections(host: string): Pick<EmbeddedDatabase, 'owner' | 'application'> {
  return {
    owner: { host, port: PORT, user: 'latchkey_owner', database: 'latchkey' },
    application: { host, port: PORT, user: 'latchkey_app', database: 'latchkey' },
  }
}

/** A plain descriptor, since a FileHandle would be closed by the garbage collector, and the server with it. */
function hold(home: Home): number {
  return openSync(home.holders, constants.O_RDWR | constants.O_NONBLOCK)
}

function holdIfThere(home: Home): number | undefined {
  try {
    return hold(home)
  } catch {
    return undefined
  }
}

async function logged(home: Home): Promise<string> {
  return await readFile(home.log, 'utf8').catch(() => '')
}
