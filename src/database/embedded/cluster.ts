import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  access,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { canReach, runAs, type Account, type Ending } from './account.ts'
import { explainFailure, unlessTaken } from './failure.ts'

const run = promisify(execFile)

export const PORT = 5432

/** sockaddr_un holds 104 bytes on macOS and 108 on Linux, a closing zero included. */
const LONGEST_SOCKET_PATH = 103

/** No database role but these two can log in: nothing outside this folder ever speaks as the superuser. */
const LOGINS = 'local all latchkey_owner trust\nlocal all latchkey_app trust\n'

/** Single-user mode takes one statement a line. The public schema is the owner's alone to create in since PostgreSQL 15. */
const ROLES = [
  'create role latchkey_owner login createdb nosuperuser nobypassrls nocreaterole noreplication;',
  'create role latchkey_app login nocreatedb nosuperuser nobypassrls nocreaterole noreplication;',
  'grant pg_signal_backend to latchkey_owner;',
  'create database latchkey owner latchkey_owner;',
  'revoke all on database latchkey from public;',
  'grant connect on database latchkey to latchkey_app;',
]

/** The place of one private PostgreSQL: `data/`, the FIFO that its users hold open, its log and its socket. */
export interface Home {
  readonly folder: string
  readonly data: string
  readonly holders: string
  readonly log: string
}

/** The paths below `<dataDir>/postgres`, links resolved; undefined while there is none. */
export async function findHome(dataDir: string): Promise<Home | undefined> {
  const folder = await realpath(join(dataDir, 'postgres')).catch(() => undefined)
  return folder === undefined ? undefined : homeIn(folder)
}

/**
 * Makes `<dataDir>/postgres` ready for the account: private (0700), owned by it, with the holders' FIFO in it.
 * Throws an Error that says what to do when the folder is another user's.
 */
export async function prepareHome(dataDir: string, account: Account): Promise<Home> {
  await mkdir(join(dataDir, 'postgres'), { recursive: true, mode: 0o700 }).catch(explainFailure)
  const home = (await findHome(dataDir)) ?? homeIn(join(dataDir, 'postgres'))
  const { uid } = await stat(home.folder)
  if (uid !== account.uid) {
    if (!account.switches) {
      throw new Error(
        `${home.folder} belongs to another user (number ${uid}), perhaps after a start with sudo. ` +
          `Give it back with "sudo chown -R $(id -u) ${home.folder}", or remove it to begin anew.`,
      )
    }
    await giveTo(account, home.folder)
  }
  const reachable = !account.switches || (await canReach(account, '-w', home.folder))
  const settled = reachable ? home : await moveOut(dataDir, home, account)
  await makeFifo(settled, account)
  return settled
}

/**
 * Creates the cluster, its two roles and the database `latchkey`, unless it is there. All is made in a new folder that
 * is renamed when it is complete and on disk, so a kill at any moment leaves either nothing or everything, and of two
 * commands that do it at once one wins.
 */
export async function createCluster(home: Home, programs: string, account: Account): Promise<void> {
  if (await clusterExists(home)) return
  const fresh = await mkdtemp(join(home.folder, 'new-')).catch(explainFailure)
  try {
    if (account.switches) await giveTo(account, fresh)
    const made = await initialize(fresh, programs, account)
    if (made.code !== 0 && !(await clusterExists(home))) explainFailure(made.output)
    if (made.code === 0) await rename(fresh, home.data).catch(unlessTaken)
    await flush(home.folder)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

/**
 * The folder of the server's unix socket, made if it is missing: private (0700) and owned by the account, which is the
 * whole protection, since both roles may log in without a password from inside it.
 * It lies in the home, or below the system's folder for temporary files when the path would be too long for a socket.
 */
export async function prepareSocketFolder(home: Home, account: Account): Promise<string> {
  const near = join(home.folder, 'run')
  const digest = createHash('sha256').update(home.folder).digest('hex').slice(0, 16)
  const fits = Buffer.byteLength(socketPath(near)) <= LONGEST_SOCKET_PATH
  const folder = fits ? near : join(tmpdir(), `latchkey-${account.uid}-${digest}`)
  const created = await mkdir(folder, { mode: 0o700 }).then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') explainFailure(error)
      return false
    },
  )
  if (created && account.switches) await giveTo(account, folder)
  if (!(await isPrivate(folder, account.uid))) {
    throw new Error(`${folder} is not private to the database's user. Remove it, then start again.`)
  }
  return folder
}

/** Where PostgreSQL makes its socket in a folder. */
export function socketPath(folder: string): string {
  return join(folder, `.s.PGSQL.${PORT}`)
}

/** Anybody may make a folder of the expected name among the temporary files: only a private one of ours is trusted. */
export async function isPrivate(folder: string, uid: number): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined)
  return found?.isDirectory() === true && found.uid === uid && (found.mode & 0o077) === 0
}

function homeIn(folder: string): Home {
  return {
    folder,
    data: join(folder, 'data'),
    holders: join(folder, 'holders'),
    log: join(folder, 'server.log'),
  }
}

async function clusterExists(home: Home): Promise<boolean> {
  const version = await readFile(join(home.data, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (version !== undefined && version.trim() !== '18') {
    throw new Error(
      `${home.data} was made by PostgreSQL ${version.trim()}, this is 18. ` +
        'Keep it by starting the older release of Latchkey, or remove it to begin anew.',
    )
  }
  return version !== undefined
}

async function initialize(folder: string, programs: string, account: Account): Promise<Ending> {
  const encoding = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const options = ['--username=postgres', '--auth=reject', '--no-instructions', ...encoding]
  const made = await runAs(account, join(programs, 'bin/initdb'), ['-D', folder, ...options]).catch(
    explainFailure,
  )
  if (made.code !== 0) return made
  await writeFile(join(folder, 'pg_hba.conf'), LOGINS, { flush: true })
  const single = ['--single', '-D', folder, '-c', 'exit_on_error=on', 'postgres']
  return await runAs(account, join(programs, 'bin/postgres'), single, ROLES.join('\n') + '\n')
}

/** A home below folders that the account may not enter is moved out; its link in `dataDir` leads to it. */
async function moveOut(dataDir: string, home: Home, account: Account): Promise<Home> {
  const link = join(dataDir, 'postgres')
  await rmdir(link).catch(() => {
    throw new Error(`PostgreSQL can't use ${link} as root. Start this as the user who owns ${home.folder}.`)
  })
  const outside = await mkdtemp('/var/lib/latchkey-')
  await giveTo(account, outside)
  await symlink(outside, link)
  return homeIn(outside)
}

async function makeFifo(home: Home, account: Account): Promise<void> {
  const missing = await access(home.holders).then(
    () => false,
    () => true,
  )
  if (!missing) return
  // Another command may be making it at this moment.
  await run('mkfifo', ['-m', '600', home.holders]).catch(() => access(home.holders).catch(explainFailure))
  if (account.switches) await giveTo(account, home.holders)
}

async function giveTo(account: Account, path: string): Promise<void> {
  await run('chown', ['-Rh', `${account.uid}:${account.gid}`, path])
}

async function flush(folder: string): Promise<void> {
  const handle = await open(folder)
  await handle.sync()
  await handle.close()
}
