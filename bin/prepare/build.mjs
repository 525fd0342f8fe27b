import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cache, root } from './place.mjs'
import { run } from './run.mjs'

const folders = ['src', 'migrations', 'seeds']
const dist = join(root, 'dist')
const record = 'sources.json'

/** Whether `dist/` was built from exactly the sources that are there now, by their names and dates. */
export async function isBuilt() {
  const built = await readFile(join(dist, record), 'utf8').catch(() => '')
  return built === (await sources())
}

/** Builds beside `dist/` and swaps, so that nothing stale stays and a failed build leaves the last good one. */
export async function build() {
  const from = await sources()
  const fresh = await mkdtemp(join(cache, 'dist-'))
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    await run(process.execPath, [tsc, '--project', 'tsconfig.build.json', '--outDir', fresh], {
      cwd: root,
      advice: 'The build failed; the lines above say where.',
    })
    await writeFile(join(fresh, record), from)
    await rm(dist, { recursive: true, force: true })
    await rename(fresh, dist)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

async function sources() {
  const names = await Promise.all([settings(), ...folders.map(filesIn)])
  const dated = names.flat().map(async (name) => [name, (await stat(join(root, name))).mtimeMs])
  return JSON.stringify(await Promise.all(dated))
}

async function settings() {
  return (await readdir(root)).filter((name) => /^tsconfig.*\.json$/.test(name)).sort()
}

async function filesIn(folder) {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length))
    .sort()
}
