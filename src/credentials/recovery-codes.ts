import type { Random } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'

const CODES = 10
const CODE_BYTES = 16

/** Crockford's base32: no i, l, o or u, which are read as others or make words. 26 of them hold 128 bits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const CODE_LENGTH = 26
const IN_ONE_FORM = new RegExp(`^[${ALPHABET}]{${String(CODE_LENGTH)}}$`)
const GROUPS = /.{5}(?=.{5})/g

/** Ten recovery codes of 128 bits, as people are shown them: `3k7mq-…`, five groups. */
export function newRecoveryCodes(random: Random): string[] {
  return Array.from({ length: CODES }, () => written(random.bytes(CODE_BYTES)))
}

/**
 * A recovery code in its one form (no case, spaces or hyphens; look-alikes taken for what they look like), out of what a
 * person typed or pasted; null for what can be none.
 */
export function readRecoveryCode(text: string): string | null {
  const code = text
    .toLowerCase()
    .replace(/[\s\p{Pd}]/gu, '')
    .replaceAll('o', '0')
    .replace(/[il]/g, '1')
  return IN_ONE_FORM.test(code) ? code : null
}

/** What is stored of a recovery code: the SHA-256 of its one form (128 random bits need no salt). Throws for no code. */
export function hashRecoveryCode(text: string): Buffer {
  const code = readRecoveryCode(text)
  if (code === null) throw new Error('not a recovery code')
  return hashToken(code)
}

function written(bytes: Buffer): string {
  const digits = BigInt(`0x${bytes.toString('hex')}`)
    .toString(ALPHABET.length)
    .padStart(CODE_LENGTH, '0')
  return digits
    .replace(/./g, (digit) => ALPHABET.charAt(parseInt(digit, ALPHABET.length)))
    .replace(GROUPS, '$&-')
}
