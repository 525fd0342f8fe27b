import { availableParallelism } from 'node:os'
import { Gate } from '../platform/gate.ts'
import type { Random } from '../platform/random.ts'
import { argon2id, hash, needsRehash, verify } from './foreign/argon2.ts'
import { readForeignHash, standIn } from './foreign/index.ts'
import type { ForeignCost } from './foreign/scheme.ts'
import { MAXIMUM_LENGTH, normalizePassword, passwordLength } from './password-rules.ts'

/** Makes and checks what is stored of a password. */
export interface PasswordHasher {
  /**
   * The argon2id hash of a password, in PHC text form, with a salt of its own. Throws `RangeError` for a password longer
   * than `MAXIMUM_LENGTH` (judge it first), `Unavailable` when too many are waiting.
   */
  hash(password: string): Promise<string>
  /**
   * Whether a password belongs to a hash. With no hash (nobody by that name, no password set) the answer is false after
   * the same work, so that the time tells nothing (CWE-208). A hash that another system made is checked besides one of nobody's;
   * `foreign` is what checks of such hashes cost here at the most, which everybody's then costs. Throws `Unavailable` when too
   * many are waiting.
   */
  verify(hash: string | null, password: string, foreign?: readonly ForeignCost[]): Promise<boolean>
  /** Whether a stored hash was made otherwise than new ones are; at sign-in it is then made anew. */
  needsUpgrade(hash: string): boolean
}

/** What one hash costs, in argon2's terms: KiB of memory, passes over it, lanes. */
export interface HashCost {
  memoryCost: number
  timeCost: number
  parallelism: number
}

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. */
const COST: HashCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const SALT_BYTES = 16
const HASH_BYTES = 32

/** Short: a place is free again after some tens of milliseconds. */
const RETRY_AFTER_SECONDS = 2

/** Hashing runs in libuv's pool of four threads, where files and host names also wait: one thread stays theirs. */
const MOST_AT_ONCE_BY_ITSELF = 3

/**
 * Builds the one hasher of a process. `concurrency` is how many hashes are computed at once (0: as many as there are
 * cores, up to three; a greater number wants a greater UV_THREADPOOL_SIZE), `queue` how many more may wait. Another `cost` is for
 * tests alone; no setting changes it. `wanted` is the gate's.
 */
export function createPasswordHasher(options: {
  concurrency: number
  queue: number
  random: Random
  cost?: HashCost
  wanted?: () => () => void
}): PasswordHasher {
  const { random, cost = COST, wanted } = options
  const gate = new Gate({
    what: 'password hashing',
    concurrency: options.concurrency || Math.min(availableParallelism(), MOST_AT_ONCE_BY_ITSELF),
    queue: options.queue,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    ...(wanted ? { wanted } : {}),
  })
  const hashOfNobody = unmatchableHash(random, cost)

  return {
    async hash(password) {
      const normalized = normalizePassword(password)
      if (passwordLength(normalized) > MAXIMUM_LENGTH)
        throw new RangeError('the password is too long to hash')
      const salt = random.bytes(SALT_BYTES)
      return gate.run(() => hash(normalized, { ...cost, type: argon2id, hashLength: HASH_BYTES, salt }))
    },
    async verify(stored, password, foreign = []) {
      const normalized = normalizePassword(password)
      const isPossible = stored !== null && passwordLength(normalized) <= MAXIMUM_LENGTH
      const other = isPossible && needsUpgrade(stored, cost) ? readForeignHash(stored) : null
      if (typeof other === 'string') throw new Error(`a stored hash is ${other}`)
      return gate.run(async () => {
        const isOurs = isPossible && !other
        const isRight = await verify(isOurs ? stored : hashOfNobody, isOurs ? normalized : '')
        // As it was typed: nobody knows in which form the other system hashed it.
        const isOtherRight = other ? await other.verify(password) : false
        for (const { kind, work } of foreign)
          await standIn({ kind, work: other?.kind === kind ? work - other.work : work })
        return other ? isOtherRight : isOurs && isRight
      })
    },
    needsUpgrade: (stored) => needsUpgrade(stored, cost),
  }
}

function needsUpgrade(stored: string, cost: HashCost): boolean {
  return !stored.startsWith('$argon2id$') || needsRehash(stored, cost)
}

/** A hash in the current form that no known password has: checking one against it costs what a real check costs. */
function unmatchableHash(random: Random, { memoryCost, timeCost, parallelism }: HashCost): string {
  const [salt, digest] = [SALT_BYTES, HASH_BYTES].map((count) =>
    random.bytes(count).toString('base64').replaceAll('=', ''),
  )
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt ?? ''}$${digest ?? ''}`
}
