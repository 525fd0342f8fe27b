import type { Browser } from 'playwright-core'
import { browserEnvironment, findBrowser } from '../../bin/find-browser.mjs'

/**
 * Without these a Chromium in a closed network calls home at every start and waits for answers, paints in a process of its own, and
 * starts others for frames and in advance: all of them cost more than what tests look at.
 */
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-site-isolation-trials',
  '--disable-sync',
  '--in-process-gpu',
  '--no-first-run',
  '--renderer-process-limit=1',
]

let launched: Promise<Browser> | undefined

/**
 * The real browser of this process, started for the first who asks: a start costs more than most tests, and profiles
 * share nothing. Throws when there is none: a browser test is never skipped.
 */
export async function sharedBrowser(): Promise<Browser> {
  const browser = await (launched ??= launch())
  if (browser.isConnected()) return browser
  // One that crashed fails the test that it crashed in, and not those after it.
  return await (launched = launch())
}

/** Ends the browser, if there is one: a process would not end by itself before it. One that exits takes it along. */
export async function closeBrowser(): Promise<void> {
  await (await launched)?.close()
}

async function launch(): Promise<Browser> {
  const executablePath = await findBrowser()
  if (executablePath === undefined) {
    throw new Error('No browser for the tests. Run "node bin/prepare.mjs --browser", or set CHROME_PATH.')
  }
  // Only who needs it waits for it: suite.ts loads this file for every test.
  const { chromium } = await import('playwright-core')
  return await chromium.launch({
    executablePath,
    args: quiet,
    env: browserEnvironment(executablePath),
    // Chromium's sandbox refuses to work for root, and for root only it is given up.
    chromiumSandbox: process.getuid?.() !== 0,
  })
}
