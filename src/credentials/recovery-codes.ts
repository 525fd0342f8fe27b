import { inGroups, readBase32, toBase32 } from '../platform/base32.ts'
import type { Random } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'

const CODES = 10
const CODE_BYTES = 16
/** 26 digits hold 128 bits. */
const CODE_LENGTH = 26
const GROUP = 5

/** Ten recovery codes of 128 bits, as people are shown them: `3k7mq-…`, five groups. */
export function newRecoveryCodes(random: Random): string[] {
  return Array.from({ length: CODES }, () => inGroups(toBase32(random.bytes(CODE_BYTES), CODE_LENGTH), GROUP))
}

/** A recovery code in its one form, out of what a person typed or pasted; null for what can be none. */
export function readRecoveryCode(text: string): string | null {
  return readBase32(text, CODE_LENGTH)
}

/** What is stored of a recovery code: the SHA-256 of its one form (128 random bits need no salt). Throws for no code. */
export function hashRecoveryCode(text: string): Buffer {
  const code = readRecoveryCode(text)
  if (code === null) throw new Error('not a recovery code')
  return hashToken(code)
}
