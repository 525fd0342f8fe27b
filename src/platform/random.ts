import { randomBytes, randomInt } from 'node:crypto'

/** Where chance comes from; tests pass a counting one to make rows predictable. */
export interface Random {
  bytes(count: number): Buffer
  /** A whole number from 0 up to, and not including, `bound`. */
  below(bound: number): number
}

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  below: (bound) => randomInt(bound),
}

/** Bytes in every bearer secret (links, cookies): 256 bits, twice what ASVS 11.5.1 asks. */
const TOKEN_BYTES = 32

/** A bearer secret as text: 32 random bytes in base64url, 43 characters. */
export function newToken(random: Random): string {
  return random.bytes(TOKEN_BYTES).toString('base64url')
}

/** Whether a text has the shape of `newToken`'s, so that junk is refused before any look-up. */
export function isToken(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}

/** The id of nothing (RFC 9562 §5.9), before all others: to ask for where there is nobody costs the same. */
export const NO_ID = '00000000-0000-0000-0000-000000000000'

/** Behind every id that there can be (RFC 9562 §5.10), from which a list is read backwards. */
export const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Whether a text has the form of an id (RFC 9562), so that PostgreSQL may be asked for it. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}

/** Where the ids of an instant go on. A transaction's instant is one object, so each transaction has a line of its own. */
const sequences = new WeakMap<Date, number>()
const SEQUENCE_BOUND = 2 ** 31

/** The lowest id that can be of an instant: what was made before it has a lower one. */
export function firstIdOf(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`
}

/**
 * A version 7 UUID (RFC 9562 §5.7): ordered by time, so that indexes stay compact. Ids of one transaction, whose instant is
 * the same, ascend as they were made (§6.2, method 1), so that a list of what it did can be put in order; where each line
 * begins is chance, so that nobody counts by them. Never a secret.
 */
export function newId(random: Random, at: Date): string {
  const bytes = random.bytes(16)
  const sequence = (sequences.get(at) ?? random.below(SEQUENCE_BOUND)) + 1
  sequences.set(at, sequence)
  bytes.writeUIntBE(at.getTime(), 0, 6)
  // The sequence's 32 bits around the version and the variant: 12, then 20 of which the variant leaves 14 and 6.
  bytes.writeUInt16BE(0x7000 | (sequence >>> 20), 6)
  bytes.writeUInt16BE(0x8000 | ((sequence >>> 6) & 0x3fff), 8)
  bytes.writeUInt8(((sequence & 0x3f) << 2) | (bytes.readUInt8(10) & 0x03), 10)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
