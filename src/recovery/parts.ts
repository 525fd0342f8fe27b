import type { PasswordHasher } from '../credentials/password.ts'
import type { Database } from '../database/connect.ts'
import type { Limits } from '../limits/limits.ts'
import type { Random } from '../platform/random.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Strategy } from './strategy.ts'

/** What recovery is built from. */
export interface RecoveryParts {
  database: Database
  secrets: Secrets
  random: Random
  hasher: PasswordHasher
  limits: Limits
  /** Every way to prove who one is that there is, in the order in which they are offered. */
  strategies: readonly Strategy[]
  /** The one source of every link. */
  publicUrl: string
}
