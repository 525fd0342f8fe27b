import { startSuiteDatabase, stopSuiteDatabase } from './database.ts'

/** Mocha calls these once, before the first test and after the last. */
export const mochaGlobalSetup = startSuiteDatabase
export const mochaGlobalTeardown = stopSuiteDatabase
