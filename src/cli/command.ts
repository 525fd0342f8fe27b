import type { PasswordHasher } from '../credentials/password.ts'
import type { Database } from '../database/connect.ts'
import type { Words } from '../i18n/words.ts'
import type { Config } from '../platform/config.ts'
import type { Random } from '../platform/random.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { RecoveryParts } from '../recovery/parts.ts'

/** What a command works with. */
export interface Tools {
  config: Config
  /** Prints one line for the person at the terminal. */
  say: (line: string) => void
  /** Opens the database, the private one too, and builds the app on it. Throws `CommandFailed` when it cannot be used. */
  open(): Promise<Opened>
  /** Resolves when somebody asks the process to end (Ctrl-C, SIGTERM). */
  asksToEnd(): Promise<void>
  /** What the demo tells at its start. */
  demo: {
    organizations: { slug: string; name: string }[]
    people: { username: string; role: string }[]
    password: string
    authenticator: { username: string; key: string; recoveryCodes: string[] }
  }
}

export interface Opened {
  /** Where the private database keeps its data; null where it is not the private one. */
  dataFolder: string | null
  parts: RecoveryParts & {
    database: Database
    hasher: PasswordHasher
    random: Random
    secrets: Secrets
    words: Words
  }
  /** Brings the schema up to date; returns the names of the steps that ran. */
  migrate(): Promise<string[]>
  /** Keeps the demo off every other database, and production off the demo's. Throws `CommandFailed`. */
  checkOwnership(): Promise<void>
  /** Refuses to go on with a database that would break a promise, or not ours. Throws `CommandFailed` naming every fault. */
  checkDatabase(): Promise<void>
  seedDemo(): Promise<void>
  /** Starts to serve; returns what finishes the requests in flight and stops. Throws `CommandFailed` for a port in use. */
  serve(): Promise<() => Promise<void>>
  /** Tells metrics where they are asked for; returns what stops that. Throws `CommandFailed` for a port in use. */
  serveMetrics(): Promise<() => Promise<void>>
  startWorker(): { stop(): Promise<void> }
  close(): Promise<void>
}

/** One command of `latchkey`. */
export interface Command {
  name: string
  /** The words after the name, as `--help` prints them. */
  usage: string
  summary: string
  help: string[]
  options?: Record<string, { type: 'string' | 'boolean' }>
  /** How many words it takes besides options; none if left out. */
  takes?: number
  run(
    tools: Tools,
    input: { words: string[]; options: Record<string, string | boolean | undefined> },
  ): Promise<void>
}

/** A command could not do what it was asked; the message says why to the person at the terminal. */
export class CommandFailed extends Error {
  override name = 'CommandFailed'
}
