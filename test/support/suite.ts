import { closeBrowser } from './browser.ts'
import { startSuiteDatabase, stopSuiteDatabase } from './database.ts'

/** Mocha calls these once, before the first test and after the last. */
export const mochaGlobalSetup = startSuiteDatabase
export async function mochaGlobalTeardown(): Promise<void> {
  await closeBrowser()
  await stopSuiteDatabase()
}
