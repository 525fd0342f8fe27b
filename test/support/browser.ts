import { chromium, type Browser } from 'playwright-core'
import { browserEnvironment, findBrowser } from '../../bin/find-browser.mjs'

/** Without these a Chromium in a closed network calls home at every start and waits for answers. */
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
]

/** Starts a real browser; the caller closes it. Throws when there is none: a browser test is never skipped. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await findBrowser()
  if (executablePath === undefined) {
    throw new Error('No browser for the tests. Run "node bin/prepare.mjs --browser", or set CHROME_PATH.')
  }
  return await chromium.launch({
    executablePath,
    args: quiet,
    env: browserEnvironment(executablePath),
    // Chromium's sandbox refuses to work for root, and for root only it is given up.
    chromiumSandbox: process.getuid?.() !== 0,
  })
}
