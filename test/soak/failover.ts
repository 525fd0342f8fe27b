import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openDatabase } from '../../src/database/connect.ts'
import { series } from '../bench/measure.ts'
import { latchkey } from '../cli/process.ts'
import { freePort } from '../faults/process.ts'
import { Visitor } from '../support/visitor.ts'
import type { Chance } from './chance.ts'
import { openDoor, type Door } from './door.ts'
import { Load, type Told } from './load.ts'
import { addPerson } from './people.ts'
import { Recovery, type Fate, type Place } from './recovery.ts'
import { openPair, type Pair } from './standby.ts'
import { WALKS } from './walks.ts'

/** What one failover came to. */
export interface Failover extends Told {
  fates: Fate[]
  /** Seconds from the kill until the standby took writes. */
  promotedAfter: number
}

const PEOPLE = 48
const AT_ONCE = 8
/** Sessions of before: few at a time, or the queue for hashes turns people away. */
const SIGN_INS_AT_ONCE = 2
/** The primary is killed when so many have a new password, and up to so much later. */
const LEAST_BEFORE = 10
const SPREAD_MS = 3000
/** Whatever watches a primary takes this long at most, here, to be sure that it is gone. */
const NOTICED_MS = 5000

/**
 * Lets people recover at the built program, eight at a time, kills the primary on the way, promotes its standby, and looks
 * at everybody. Throws an Error when what surrounds them cannot be started, or service does not come back.
 */
export async function failOver(chance: Chance): Promise<Failover> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-failover-'))
  const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  try {
    const pair = await openPair(folder)
    closing.push(() => pair.close())
    const door = await openDoor(pair.primary)
    closing.push(() => door.close())
    const place = await startProgram(door, closing)
    const recoveries: Recovery[] = []
    for (let index = 0; index < PEOPLE; index += 1) {
      const walk = WALKS[index % WALKS.length]!
      recoveries.push(new Recovery(place, await addPerson(place.database, walk.slug, index), walk))
    }
    await series(PEOPLE, SIGN_INS_AT_ONCE, (index) => recoveries[index]!.signInBefore())
    const load = new Load(place, recoveries)
    const [promotedAfter] = await Promise.all([
      killAndPromote(load, pair, door, chance),
      series(PEOPLE, AT_ONCE, (index) => load.recover(index)),
    ])
    const fates: Fate[] = []
    for (const [index, recovery] of recoveries.entries())
      fates.push({ during: load.endOf(index), ...(await recovery.look(place)) })
    return { fates, promotedAfter, ...load.told() }
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}

/** Serves and works in two processes, both behind the door. */
async function startProgram({ port }: Door, closing: (() => unknown)[]): Promise<Place> {
  const at = (user: string) => `postgres://${user}@127.0.0.1:${port}/latchkey`
  const [application, owner] = [at('latchkey_app'), at('latchkey_owner')]
  const timeouts = { statementTimeoutMs: 10_000, lockTimeoutMs: 10_000 }
  const database = openDatabase(application, { poolSize: AT_ONCE, ...timeouts })
  const close = () => database.close()
  closing.push(close)
  const store = { database, owner, application, close }
  const ownPort = String(await freePort())
  const environment = { PORT: ownPort, TRUSTED_PROXIES: '1', DATABASE_DIRECT_URL: application }
  for (const [command, ready] of [
    ['demo', 'Ctrl-C stops everything'],
    ['worker', 'Working'],
  ] as const) {
    const process = latchkey([command], store, environment)
    closing.push(() => process.end())
    await process.says(ready)
  }
  return { database, browser: (address) => new Visitor(`http://localhost:${ownPort}`, address) }
}

async function killAndPromote(load: Load, pair: Pair, door: Door, chance: Chance): Promise<number> {
  await load.hasCome(LEAST_BEFORE)
  await pause(chance() * SPREAD_MS)
  load.killed()
  pair.killPrimary()
  await pause(chance() * NOTICED_MS)
  await pair.promote()
  door.leadTo(pair.standby)
  return load.secondsSinceKill()
}
