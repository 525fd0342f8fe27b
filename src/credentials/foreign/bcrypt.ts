import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { numberIn, powersOfTwo, type Scheme } from './scheme.ts'

/** Less is no hash that anybody meant; more takes a second and longer. */
const LEAST_COST = 4
const MOST_COST = 13

const FORM = /^\$2([aby])\$(\d\d)\$[./A-Za-z0-9]{53}$/
const SALT_OF_NOBODY = '......................'

/**
 * bcrypt, `$2a$`, `$2b$` and `$2y$`: for what people type, which has no NUL in it, they are one. Of a password longer than 72
 * bytes it never looked at the rest, neither here nor where it was made; the hash that takes its place at sign-in does.
 */
export const bcrypt: Scheme = {
  read(text) {
    if (!text.startsWith('$2')) return null
    const [whole, , digits] = FORM.exec(text) ?? []
    const cost = numberIn(digits, LEAST_COST, 31)
    if (whole === undefined || cost === null) return 'unreadable'
    if (cost > MOST_COST) return 'too-costly'
    return { kind: 'bcrypt', work: 2 ** cost, verify: (password) => compare(password, text) }
  },
  standIn({ kind, work }) {
    if (kind !== 'bcrypt') return null
    return (async () => {
      for (const piece of powersOfTwo(work)) {
        const cost = String(Math.log2(piece)).padStart(2, '0')
        if (piece >= 2 ** LEAST_COST) await compare('', `$2b$${cost}$${SALT_OF_NOBODY}${'.'.repeat(31)}`)
      }
    })()
  },
}

/** In a thread of its own: it is written in JavaScript, and beside it no page would be served. */
const THREAD = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { compareSync } = require(workerData)
  parentPort.on('message', ({ id, password, hash }) => {
    parentPort.postMessage({ id, isRight: compareSync(password, hash) })
  })`

const VENDOR = createRequire(import.meta.url).resolve('bcryptjs')

interface Thread {
  worker: Worker
  asked: Map<number, { resolve: (isRight: boolean) => void; reject: (error: Error) => void }>
}

let running: Thread | null = null
let count = 0

function compare(password: string, hash: string): Promise<boolean> {
  running ??= startThread()
  const { worker, asked } = running
  return new Promise((resolve, reject) => {
    count += 1
    asked.set(count, { resolve, reject })
    worker.ref()
    worker.postMessage({ id: count, password, hash })
  })
}

/** One for the process, which ends with it; where it breaks, who waits is told and the next check starts another. */
function startThread(): Thread {
  const worker = new Worker(THREAD, { eval: true, execArgv: [], workerData: VENDOR })
  const asked: Thread['asked'] = new Map()
  worker.on('message', ({ id, isRight }: { id: number; isRight: boolean }) => {
    asked.get(id)?.resolve(isRight)
    asked.delete(id)
    if (asked.size === 0) worker.unref()
  })
  worker.on('error', (error: Error) => {
    running = null
    for (const { reject } of asked.values()) reject(error)
  })
  return { worker, asked }
}
