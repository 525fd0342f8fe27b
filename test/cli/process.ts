import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ConnectionTarget } from '../../src/database/connect.ts'
import { projectRoot } from '../../src/platform/root.ts'
import type { FreshDatabase } from '../support/database.ts'

/** A `latchkey` command, as it was built, in a process of its own. */
export interface Running {
  /** Resolves with the text when it has been printed, on either stream; rejects when the process ends without it. */
  says(text: string): Promise<string>
  /** Asks the process to end, as a service manager does, and resolves as `ended` does. */
  end(): Promise<Ended>
  /** Resolves when the process is gone. */
  ended: Promise<Ended>
}

export interface Ended {
  code: number | null
  out: string
  err: string
}

/** Starts a command on a database, with more of the environment if given; of another checkout if its folder is given. */
export function latchkey(
  words: string[],
  store: FreshDatabase,
  environment: Record<string, string> = {},
  checkout = projectRoot,
): Running {
  const child = spawn(process.execPath, [join(checkout, 'bin', 'latchkey.mjs'), ...words], {
    cwd: checkout,
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: asUrl(store.application),
      DATABASE_OWNER_URL: asUrl(store.owner),
      SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
      LOG_LEVEL: 'silent',
      HOST: '127.0.0.1',
      PORT: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  const listeners = new Set<() => void>()
  const heard = () => listeners.forEach((listener) => listener())
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    heard()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
    heard()
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }))
  return {
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = () => ((out + err).includes(text) ? resolve(out + err) : undefined)
        listeners.add(look)
        look()
        void ended.then(() => reject(new Error(`ended without "${text}": ${out}${err}`)))
      }),
    end() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

/** A target as a URL for the environment of a process. */
export function asUrl(target: ConnectionTarget): string {
  if (typeof target === 'string') return target
  const { host, port, user, database, password } = target
  const url = new URL(`postgres://localhost:${port}/${database}`)
  url.username = user
  url.password = password ?? ''
  url.searchParams.set('host', host)
  return url.href
}
