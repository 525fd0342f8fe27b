import { argon2 } from './argon2.ts'
import { bcrypt } from './bcrypt.ts'
import { pbkdf2 } from './pbkdf2.ts'
import type { ForeignCost, ForeignHash, HashProblem, Scheme } from './scheme.ts'
import { scrypt } from './scrypt.ts'

/** Every way of hashing that is understood. Another one is one file and one entry here. */
const SCHEMES: readonly Scheme[] = [argon2, bcrypt, scrypt, pbkdf2]

/** Longer than any hash is. */
const LONGEST = 512

/** The password hash that a text is, whichever system made it, or why it is not taken. */
export function readForeignHash(text: string): ForeignHash | HashProblem {
  if (text.length > LONGEST || !/^[\x21-\x7e]+$/.test(text)) return 'unreadable'
  for (const scheme of SCHEMES) {
    const read = scheme.read(text)
    if (read !== null) return read
  }
  return 'unreadable'
}

/** Does what a check of some cost does, for nobody, so that the time tells nothing (CWE-208). */
export async function standIn(cost: ForeignCost): Promise<void> {
  if (cost.work <= 0) return
  for (const scheme of SCHEMES) {
    const done = scheme.standIn(cost)
    if (done) return done
  }
  throw new Error(`nothing hashes as ${cost.kind}`)
}
