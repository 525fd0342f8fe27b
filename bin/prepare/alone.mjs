import { mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { clearInterval, setInterval } from 'node:timers'
import { setTimeout as pause } from 'node:timers/promises'
import { cache } from './place.mjs'

const lock = join(cache, 'prepare.lock')
const beat = 1000
const deadAfter = 10_000

/**
 * Does the work while no other `prepare` of this checkout works, waiting for its turn.
 * The lock's holder touches it every second, so a killed one blocks nobody for longer than ten.
 */
export async function alone(work) {
  await mkdir(cache, { recursive: true })
  while (!(await take())) {
    await clearDeadLock()
    await pause(100)
  }
  const heart = setInterval(() => {
    const now = new Date()
    utimes(lock, now, now).catch(() => undefined)
  }, beat)
  try {
    await work()
  } finally {
    clearInterval(heart)
    await rm(lock, { force: true })
  }
}

async function take() {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** Another waiter may have replaced a dead lock by its own: it is judged again after it was moved aside. */
async function clearDeadLock() {
  if (!(await isDead(lock))) return
  const aside = `${lock}.${process.pid}`
  await rename(lock, aside).catch(() => undefined)
  if (await isDead(aside)) await rm(aside, { force: true })
  else await rename(aside, lock).catch(() => undefined)
}

async function isDead(path) {
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > deadAfter
}
