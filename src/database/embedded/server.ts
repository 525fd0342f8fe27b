import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rename, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { spawnOptions, type Account } from './account.ts'
import { isPrivate, PORT, socketPath, type Home } from './cluster.ts'

export const TRIES_PER_SECOND = 50

/** What lives on a home now: nothing, a server that is starting or stopping, or one that answers on its socket. */
export type Sighting = { state: 'none' | 'changing' } | { state: 'ready'; socketFolder: string }

/**
 * Runs PostgreSQL until nobody holds the FIFO open any more, however the holders ended (also by kill -9), then stops
 * it. Its own session keeps a Ctrl-C in the starter's terminal away from it. Ends with PostgreSQL's exit code.
 */
const GUARD = `
umask 077
exec 3<"$1"
log=$2
shift 2
"$@" 3<&- </dev/null >>"$log" 2>&1 &
server=$!
(read -r rest <&3; kill -INT "$server") &
watcher=$!
wait "$server"
code=$?
kill "$watcher"
exit "$code"
`

const SETTINGS = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  port: PORT,
  max_connections: 60,
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A refused statement can hold a person's data or a secret: neither statements, nor their values, nor errors are logged.
  log_min_messages: 'log',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
}

/** Looks at the server on that home, whoever started it. */
export async function look(home: Home): Promise<Sighting> {
  const lines = await lockLines(join(home.data, 'postmaster.pid'))
  if (!lines || !(await serves(home, lines[0]))) return { state: 'none' }
  const [, , , , socketFolder = '', , , status = ''] = lines
  if (status.trim() !== 'ready') return { state: 'changing' }
  const { uid } = await stat(home.folder)
  const answers = (await isPrivate(socketFolder, uid)) && (await answersAt(socketPath(socketFolder)))
  return answers ? { state: 'ready', socketFolder } : { state: 'changing' }
}

/**
 * Starts PostgreSQL under its guard; the caller already holds `home.holders` open.
 * Returns the guard, which ends when PostgreSQL does; it keeps neither the caller's process nor its terminal.
 */
export async function launch(
  home: Home,
  programs: string,
  socketFolder: string,
  account: Account,
): Promise<ChildProcess> {
  const options = Object.entries({ ...SETTINGS, unix_socket_directories: socketFolder })
  const postgres = [
    ...account.prefix,
    join(programs, 'bin/postgres'),
    '-D',
    home.data,
    ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  const child = spawn('sh', ['-c', GUARD, 'latchkey-postgres', home.holders, home.log, ...postgres], {
    ...spawnOptions(account),
    detached: true,
    stdio: 'ignore',
  })
  child.unref()
  await once(child, 'spawn')
  return child
}

/**
 * Removes lock files that a killed server left when their pid is another program's by now: PostgreSQL would believe
 * that program to be the server and refuse to start. Those of a dead pid it removes itself.
 * Another command may start the server at this moment, so a file is moved aside first and put back if it is a new one.
 */
export async function clearStaleLocks(home: Home, socketFolder: string): Promise<void> {
  for (const path of [join(home.data, 'postmaster.pid'), `${socketPath(socketFolder)}.lock`]) {
    const lines = await lockLines(path)
    if (!lines || (await serves(home, lines[0]))) continue
    const aside = `${path}.${process.pid}`
    await rename(path, aside).catch(() => undefined)
    const moved = await lockLines(aside)
    if (moved && (await serves(home, moved[0]))) await rename(aside, path)
    else await rm(aside, { force: true })
  }
}

/** Waits step by step until `found` returns something; undefined when it never did within about `seconds`. */
export async function waitFor<T>(
  seconds: number,
  found: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let tries = seconds * TRIES_PER_SECOND; tries > 0; tries -= 1) {
    const value = await found()
    if (value !== undefined) return value
    await pause(1000 / TRIES_PER_SECOND)
  }
  return undefined
}

/** Lines of a lock file: pid, data folder, start time, port, socket folder, address, shared memory, status. */
async function lockLines(path: string): Promise<string[] | undefined> {
  return await readFile(path, 'utf8').then(
    (text) => text.split('\n'),
    () => undefined,
  )
}

/** Whether that pid is a PostgreSQL on this home, judged by its command line: pids are used again. */
async function serves(home: Home, pid = ''): Promise<boolean> {
  if (!/^\d+$/.test(pid)) return false
  if (process.platform === 'linux') {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
    return words.includes(home.data) && words.some((word) => word.endsWith('/bin/postgres'))
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', pid]).catch(() => ({
    stdout: '',
  }))
  return stdout.includes(`/bin/postgres -D ${home.data} `)
}

async function answersAt(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => {
      resolve(false)
    })
  })
}
