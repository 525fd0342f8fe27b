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

/** The id of nothing (RFC 9562 §5.9), to ask for where there is nobody: the question costs the same. */
export const NO_ID = '00000000-0000-0000-0000-000000000000'

/** Whether a text has the form of an id (RFC 9562), so that PostgreSQL may be asked for it. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}

/** A version 7 UUID (RFC 9562 §5.7): ordered by time, so that indexes stay compact. Never a secret. */
export function newId(random: Random, at: Date): string {
  const bytes = random.bytes(16)
  bytes.writeUIntBE(at.getTime(), 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
