import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'

/** How PostgreSQL's programs are run: what is put before the command, and whose files they can use. */
export interface Account {
  readonly prefix: readonly string[]
  readonly uid: number
  readonly gid: number
  readonly switches: boolean
}

export interface Ending {
  /** Exit code; null when a signal ended the program. */
  readonly code: number | null
  /** What it wrote to stdout and stderr. */
  readonly output: string
}

/**
 * Chooses how to run PostgreSQL, which refuses to run as root and refuses a user that has no name.
 * Such a user is given the number of a named one inside a user namespace of its own; where namespaces are forbidden
 * (many containers), root hands the work to `nobody`.
 * Throws an Error that says what to do when neither is possible.
 */
export async function chooseAccount(): Promise<Account> {
  const { uid, gid, named } = whoAmI()
  if (uid !== 0 && named) return { prefix: [], uid, gid, switches: false }
  if (process.platform !== 'linux') {
    throw new Error('PostgreSQL refuses to run as root. Start this again as your normal user, without sudo.')
  }
  const known = (await namesOnThisMachine()).filter((entry) => entry.uid > 0)
  const [inside] = known
  if (inside) {
    const prefix = ['unshare', '--user', `--map-user=${inside.uid}`, `--map-group=${inside.uid}`]
    const mapped = { prefix, uid, gid, switches: true }
    if (await canRun(mapped)) return mapped
  }
  const nobody = known.find((entry) => entry.name === 'nobody')
  if (uid === 0 && nobody) return { prefix: [], uid: nobody.uid, gid: nobody.gid, switches: true }
  throw new Error(
    `The private PostgreSQL can't run as user number ${uid} here. ` +
      'Start this as a user that has a name, or set DATABASE_URL to a PostgreSQL of your own.',
  )
}

/** Runs one of PostgreSQL's programs to its end, with `input` on its stdin. Throws when it can't be started at all. */
export async function runAs(
  account: Account,
  command: string,
  args: readonly string[],
  input = '',
): Promise<Ending> {
  const [file = command, ...rest] = [...account.prefix, command, ...args]
  return await new Promise((resolve, reject) => {
    const child = spawn(file, rest, spawnOptions(account))
    let output = ''
    const keep = (chunk: Buffer): void => {
      output += chunk.toString()
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    // A program that ends early closes its stdin; its exit code tells the reason.
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, output })
    })
    child.stdin.end(input)
  })
}

/** Whether that account can use a path: `-x` to run or enter it, `-w` to write into it. */
export async function canReach(account: Account, test: '-x' | '-w', path: string): Promise<boolean> {
  return (await runAs(account, 'test', [test, path])).code === 0
}

/** Identity, folder and a small clean environment: the caller's PG* variables must not steer this server. */
export function spawnOptions(account: Account): {
  cwd: string
  env: NodeJS.ProcessEnv
  uid?: number
  gid?: number
} {
  const identity =
    account.prefix.length === 0 && account.switches ? { uid: account.uid, gid: account.gid } : {}
  return { cwd: '/', env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }, ...identity }
}

function whoAmI(): { uid: number; gid: number; named: boolean } {
  try {
    const { uid, gid } = userInfo()
    return { uid, gid, named: true }
  } catch {
    return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, named: false }
  }
}

async function namesOnThisMachine(): Promise<{ name: string; uid: number; gid: number }[]> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n')
  return lines
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
}

async function canRun(account: Account): Promise<boolean> {
  return await runAs(account, 'true', []).then(
    ({ code }) => code === 0,
    () => false,
  )
}
