import { readFileSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const macPrograms = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

// Read at once: tests that load this file would load what it awaits, and all around it, a second time.
const { dependencies } = JSON.parse(
  readFileSync(new URL('./prepare/browser/package.json', import.meta.url), 'utf8'),
)

/** Where `prepare --browser` puts the Chromium that it fetches, for Linux on x64. */
export const fetchedBrowser = fileURLToPath(
  new URL(`../.cache/chromium-${dependencies['@sparticuz/chromium']}/chromium`, import.meta.url),
)

/**
 * Finds a Chromium or Chrome for the tests: CHROME_PATH, the fetched one (the same for everybody, and one that draws no window,
 * so that the tests take half as long), the system's, Playwright's own. Returns the path of its program, or undefined. Throws
 * when CHROME_PATH names no program.
 */
export async function findBrowser() {
  const chosen = process.env.CHROME_PATH
  if (chosen) {
    if (await isProgram(chosen)) return chosen
    throw new Error(`CHROME_PATH is ${chosen}, which is not a program that can be run.`)
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const { chromium } = await import('playwright-core')
  const installed = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...macPrograms]
  for (const program of [fetchedBrowser, ...installed, chromium.executablePath()]) {
    if (await isProgram(program)) return program
  }
  return undefined
}

/** What that browser finds in its environment: a fetched one brings the libraries and fonts that a bare system lacks. */
export function browserEnvironment(program) {
  if (program !== fetchedBrowser) return process.env
  const folder = dirname(program)
  const libraries = [join(folder, 'al2023/lib'), process.env.LD_LIBRARY_PATH].filter(Boolean)
  return { ...process.env, LD_LIBRARY_PATH: libraries.join(':'), FONTCONFIG_PATH: join(folder, 'fonts') }
}

async function isProgram(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
