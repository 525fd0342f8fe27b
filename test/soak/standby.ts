import { execFileSync } from 'node:child_process'
import { appendFileSync, closeSync, constants, cpSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../../src/database/embedded.ts'
import { chooseAccount, type Account } from '../../src/database/embedded/account.ts'
import {
  PORT,
  prepareHome,
  prepareSocketFolder,
  socketPath,
  type Home,
} from '../../src/database/embedded/cluster.ts'
import { findPrograms } from '../../src/database/embedded/programs.ts'
import { launch, look } from '../../src/database/embedded/server.ts'
import { ask, until } from '../database/embedded-rig.ts'

/** Two PostgreSQL: what the first acknowledges is on the disk of both. */
export interface Pair {
  /** The sockets of the first and of the second. */
  primary: string
  standby: string
  /** The first is gone without a word, as a machine that lost its power. */
  killPrimary(): void
  /** The second takes over, once. Resolves when it takes writes. */
  promote(): Promise<void>
  close(): Promise<void>
}

const NAME = 'standby'

/** The private folder is the wall around these sockets, as it is around the product's own. */
const LOGINS = 'local all postgres trust\nlocal replication postgres trust\n'

/**
 * Makes both in a folder and runs them as the product runs its own; the second begins as a copy of the first. Throws an
 * Error when the second does not follow the first within seconds.
 */
export async function openPair(folder: string): Promise<Pair> {
  const account = await chooseAccount()
  const programs = await findPrograms(account, folder)
  const places = [join(folder, 'first'), join(folder, 'second')] as const
  // A standby allows no fewer connections than its primary had: as the product starts it, not as it was made.
  await (await startEmbedded({ dataDir: places[0] })).stop()
  const [first, second] = [await prepareHome(places[0], account), await prepareHome(places[1], account)]
  appendFileSync(join(first.data, 'pg_hba.conf'), LOGINS)
  // A cluster that does not run may be copied as it lies there.
  cpSync(first.data, second.data, { recursive: true })
  const near = await prepareSocketFolder(first, account)
  const far = await prepareSocketFolder(second, account)
  const reached = `host=${near} port=${PORT} user=postgres application_name=${NAME}`
  writeFileSync(join(second.data, 'standby.signal'), '')
  appendFileSync(join(second.data, 'postgresql.conf'), `\nprimary_conninfo = '${reached}'\n`)
  appendFileSync(join(first.data, 'postgresql.conf'), `\nsynchronous_standby_names = '${NAME}'\n`)
  if (account.switches) giveTo(account, second.data)

  const holders = [first, second].map(hold)
  const close = async () => {
    for (const holder of holders) closeSync(holder)
    for (const home of [first, second])
      await until('a server of the pair ended', async () => (await look(home)).state === 'none')
  }
  try {
    await launch(first, programs, near, account)
    await launch(second, programs, far, account)
    await until('the standby is synchronous', () => isTrue(near, FOLLOWED))
  } catch (error) {
    await close()
    throw error
  }
  return {
    primary: socketPath(near),
    standby: socketPath(far),
    killPrimary: () => void process.kill(pidOf(first), 'SIGKILL'),
    async promote() {
      await isTrue(far, 'select pg_promote(false) as yes')
      await until('the standby takes writes', () => isTrue(far, 'select not pg_is_in_recovery() as yes'))
    },
    close,
  }
}

const FOLLOWED = `select exists (select from pg_stat_replication where sync_state = 'sync') as yes`

/** Whether one of the pair says yes; not while it does not answer. */
async function isTrue(host: string, question: string): Promise<boolean> {
  const target: pg.ClientConfig = { host, port: PORT, user: 'postgres', database: 'postgres' }
  return ask(target, question).then(
    ([row]) => row?.['yes'] === true,
    () => false,
  )
}

function giveTo({ uid, gid }: Account, path: string): void {
  execFileSync('chown', ['-Rh', `${uid}:${gid}`, path])
}

function hold(home: Home): number {
  return openSync(home.holders, constants.O_RDWR | constants.O_NONBLOCK)
}

function pidOf(home: Home): number {
  return Number(readFileSync(join(home.data, 'postmaster.pid'), 'utf8').split('\n')[0])
}
