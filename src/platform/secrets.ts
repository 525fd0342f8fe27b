import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto'
import type { Random } from './random.ts'

/** One 256-bit master key under the id that is stored beside whatever it sealed. */
export interface SecretKey {
  id: string
  bytes: Buffer
}

/** Sealing (AES-256-GCM) and keyed hashing (HMAC-SHA-256) under keys that can be rotated. */
export interface Secrets {
  /** The id of the key that seals. */
  readonly sealingKey: string
  /**
   * Encrypts text so that only `open` with the same context reads it back. The context (say, a table and a row's id)
   * is authenticated with it: a sealed value copied to another row does not open.
   */
  seal(plaintext: string, context: string): string
  /** Reads what `seal` wrote. Throws `SealBroken` for another context, an altered value or an unknown key id. */
  open(sealed: string, context: string): string
  /** A keyed hash for one purpose, in base64url: the same parts give the same text only under the same keys. */
  keyedHash(purpose: string, ...parts: string[]): string
  /** Whether a text is what `keyedHash` made of the parts, under any key: a rotation spoils no form that is open. */
  isKeyedHash(presented: string, purpose: string, ...parts: string[]): boolean
  /** What `keyedHash` makes under each key, the one that it uses first. For looking up what was stored before a rotation. */
  keyedHashes(purpose: string, ...parts: string[]): string[]
  /**
   * Like `keyedHash`, made with the key whose id comes first in the alphabet: machines that already know a new key and
   * those that do not, in whatever order they list them, count under one, and a rotation starts counters anew once at most.
   */
  lastingHash(purpose: string, ...parts: string[]): string
}

export class SealBroken extends Error {
  override name = 'SealBroken'
}

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/** Builds the sealing and hashing from the configured keys: the first seals, all open. Throws when there is none. */
export function createSecrets(keys: readonly SecretKey[], random: Random): Secrets {
  const newest = keys[0]
  const lasting = keys.toSorted((one, other) => (one.id < other.id ? -1 : 1))[0]
  if (!newest || !lasting) throw new Error('at least one secret key is needed')
  const sealingKey = derive(newest, 'seal')
  const sealingKeys = new Map(keys.map((key) => [key.id, derive(key, 'seal')]))

  return {
    sealingKey: newest.id,
    seal(plaintext, context) {
      const iv = random.bytes(IV_BYTES)
      const cipher = createCipheriv(CIPHER, sealingKey, iv, { authTagLength: TAG_BYTES })
      cipher.setAAD(Buffer.from(context))
      const body = Buffer.concat([iv, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${newest.id}.${body.toString('base64url')}`
    },
    open(sealed, context) {
      const [keyId = '', encoded = ''] = sealed.split('.')
      const key = sealingKeys.get(keyId)
      if (!key) throw new SealBroken(`no secret key with the id "${keyId}"`)
      const body = Buffer.from(encoded, 'base64url')
      try {
        const decipher = createDecipheriv(CIPHER, key, body.subarray(0, IV_BYTES), {
          authTagLength: TAG_BYTES,
        })
        decipher.setAAD(Buffer.from(context))
        decipher.setAuthTag(body.subarray(-TAG_BYTES))
        const text = decipher.update(body.subarray(IV_BYTES, -TAG_BYTES))
        return Buffer.concat([text, decipher.final()]).toString('utf8')
      } catch {
        throw new SealBroken('a sealed value was altered, or belongs elsewhere')
      }
    },
    keyedHash: (purpose, ...parts) => hmac(newest, purpose, parts),
    isKeyedHash: (presented, purpose, ...parts) =>
      keys.some((key) => equalInConstantTime(presented, hmac(key, purpose, parts))),
    keyedHashes: (purpose, ...parts) => keys.map((key) => hmac(key, purpose, parts)),
    lastingHash: (purpose, ...parts) => hmac(lasting, purpose, parts),
  }
}

/** SHA-256 of a text that is no secret, in hexadecimal. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** SHA-256 of a bearer token, which is all that is ever stored of it (256 random bits need no key and no salt). */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Compares two texts in time that depends on their lengths only. */
export function equalInConstantTime(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** One key a purpose, so that a value made for one never passes for another (ASVS 11.2.2). */
function derive(key: SecretKey, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key.bytes, '', `latchkey ${purpose}`, 32))
}

function hmac(key: SecretKey, purpose: string, parts: string[]): string {
  // JSON keeps ("ab", "c") apart from ("a", "bc").
  return createHmac('sha256', derive(key, purpose)).update(JSON.stringify(parts)).digest('base64url')
}
