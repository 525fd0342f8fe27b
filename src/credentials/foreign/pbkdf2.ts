import { pbkdf2 as derive, timingSafeEqual } from 'node:crypto'
import { bytesOf, numberIn, type ForeignHash, type HashProblem, type Scheme } from './scheme.ts'

/** How many bytes each digest makes at once; what is longer takes as many times the work. */
const DIGESTS: Record<string, number> = { sha1: 20, sha256: 32, sha512: 64 }

/** The OWASP Password Storage Cheat Sheet asks for up to 1.3 million; some third of a second. */
const MOST_ITERATIONS = 2_000_000

/** `$pbkdf2-sha256$…` of passlib (which means SHA-1 where it names no digest) and PHC, and `pbkdf2_sha256$…` of Django. */
const PHC = /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d+)(?:,l=\d+)?\$([^$]+)\$([^$]+)$/
const DJANGO = /^pbkdf2_(sha1|sha256|sha512)\$(\d+)\$([^$]+)\$([^$]+)$/

/** PBKDF2 with HMAC (RFC 8018). */
export const pbkdf2: Scheme = {
  read(text) {
    if (text.startsWith('$pbkdf2')) {
      const [, digest = 'sha1', iterations, salt, hash] = PHC.exec(text) ?? []
      return readParts(digest, iterations, bytesOf(salt, 1, 64), hash)
    }
    if (!text.startsWith('pbkdf2_')) return null
    const [, digest = '', iterations, salt = '', hash] = DJANGO.exec(text) ?? []
    const isSalt = salt !== '' && salt.length <= 128
    return readParts(digest, iterations, isSalt ? Buffer.from(salt) : null, hash)
  },
  standIn({ kind, work }) {
    const [name, digest = ''] = kind.split(':')
    return name === 'pbkdf2' ? run('', Buffer.alloc(16), work, 1, digest).then(() => undefined) : null
  },
}

function readParts(
  digest: string,
  iterationsText: string | undefined,
  salt: Buffer | null,
  hashText: string | undefined,
): ForeignHash | HashProblem {
  const hash = bytesOf(hashText, 16, 64)
  const iterations = numberIn(iterationsText, 1, 999_999_999)
  const bytesAtOnce = DIGESTS[digest]
  if (!salt || !hash || !iterations || !bytesAtOnce) return 'unreadable'
  const work = iterations * Math.ceil(hash.length / bytesAtOnce)
  if (work > MOST_ITERATIONS) return 'too-costly'
  return {
    kind: `pbkdf2:${digest}`,
    work,
    verify: async (password) =>
      timingSafeEqual(await run(password, salt, iterations, hash.length, digest), hash),
  }
}

function run(
  password: string,
  salt: Buffer,
  iterations: number,
  length: number,
  digest: string,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    derive(password, salt, iterations, length, digest, (error, bytes) =>
      error ? reject(error) : resolve(bytes),
    )
  })
}
