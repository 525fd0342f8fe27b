import type { PasswordHasher } from '../credentials/password.ts'
import type { Database } from '../database/connect.ts'
import type { Limits } from '../limits/limits.ts'
import type { Random } from '../platform/random.ts'
import type { Secrets } from '../platform/secrets.ts'

/** What the Personal Centre is built from. */
export interface ProfileParts {
  database: Database
  secrets: Secrets
  random: Random
  hasher: PasswordHasher
  limits: Limits
  /** The one source of every link. */
  publicUrl: string
}
