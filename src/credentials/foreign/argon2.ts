import { argon2d, argon2i, argon2id, hash, needsRehash, verify } from 'argon2'
import { bytesOf, numberIn, type Scheme } from './scheme.ts'

// The one file that knows the vendor; the house's own hashes are made with these.
export { argon2id, hash, needsRehash, verify }

const TYPES: Record<string, 0 | 1 | 2> = { argon2d, argon2i, argon2id }

/** In KiB: as much as everything else that a small server does. */
const MOST_MEMORY = 131_072
const MOST_LANES = 16
/** Memory times passes: some third of a second. */
const MOST_WORK = 524_288

/** Base64 as PHC has it: the vendor throws at padding, and passes over the full stops that passlib writes elsewhere. */
const FORM =
  /^\$(argon2(?:id|i|d))\$(?:v=(16|19)\$)?m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** argon2 in all its variants, in PHC text form (RFC 9106). Before version 1.3 no version was written. */
export const argon2: Scheme = {
  read(text) {
    if (!text.startsWith('$argon2')) return null
    const [, variant = '', version = '16', m, t, p, salt, digest] = FORM.exec(text) ?? []
    const [memory, passes, lanes] = [m, t, p].map((parameter) => numberIn(parameter, 1, 999_999_999))
    if (!memory || !passes || !lanes || !bytesOf(salt, 8, 64) || !bytesOf(digest, 12, 64)) return 'unreadable'
    if (memory < 8 * lanes) return 'unreadable'
    if (memory > MOST_MEMORY || lanes > MOST_LANES || memory * passes > MOST_WORK) return 'too-costly'
    return {
      kind: [variant, version, memory, lanes].join(':'),
      work: passes,
      verify: (password) => verify(text, password),
    }
  },
  standIn({ kind, work }) {
    const [variant = '', version, memoryCost, parallelism] = kind.split(':')
    const type = TYPES[variant]
    if (type === undefined) return null
    return hash('', {
      type,
      version: Number(version),
      memoryCost: Number(memoryCost),
      parallelism: Number(parallelism),
      timeCost: work,
      salt: Buffer.alloc(16),
      raw: true,
    }).then(() => undefined)
  },
}
