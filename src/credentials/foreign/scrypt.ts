import { scrypt as derive, timingSafeEqual } from 'node:crypto'
import { bytesOf, numberIn, powersOfTwo, type Scheme } from './scheme.ts'

/** 128 bytes for each of N times r: 128 MiB. */
const MOST_MEMORY = 2 ** 20
/** N times r times p: some third of a second. */
const MOST_WORK = 2 ** 20
/** r times p: 128 bytes for each of them are made by PBKDF2, which is slow and not in N. */
const MOST_WIDTH = 2 ** 13
/** RFC 7914 §6: N is less than 2^(16 r). OpenSSL throws at what is not, in the check and for everybody who pays for its like. */
const BITS_PER_BLOCK = 16

const FORM = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/

/** scrypt (RFC 7914) as PHC text, which passlib writes too. */
export const scrypt: Scheme = {
  read(text) {
    if (!text.startsWith('$scrypt$')) return null
    const [, ln, r, p, saltText, digestText] = FORM.exec(text) ?? []
    const logarithm = numberIn(ln, 1, 31)
    const [blockSize, lanes] = [numberIn(r, 1, 65_536), numberIn(p, 1, 65_536)]
    const [salt, digest] = [bytesOf(saltText, 1, 64), bytesOf(digestText, 16, 64)]
    if (!logarithm || !blockSize || !lanes || !salt || !digest) return 'unreadable'
    if (logarithm >= BITS_PER_BLOCK * blockSize) return 'unreadable'
    const work = 2 ** logarithm
    const width = blockSize * lanes
    if (work * blockSize > MOST_MEMORY || work * width > MOST_WORK || width > MOST_WIDTH) return 'too-costly'
    return {
      kind: ['scrypt', blockSize, lanes].join(':'),
      work,
      verify: async (password) =>
        timingSafeEqual(await run(password, salt, digest.length, [work, blockSize, lanes]), digest),
    }
  },
  standIn({ kind, work }) {
    const [name, blockSize, lanes] = kind.split(':')
    if (name !== 'scrypt') return null
    return (async () => {
      for (const piece of powersOfTwo(work))
        if (piece > 1) await run('', Buffer.alloc(16), 32, [piece, Number(blockSize), Number(lanes)])
    })()
  },
}

function run(
  password: string,
  salt: Buffer,
  length: number,
  [cost, blockSize, parallelization]: [number, number, number],
): Promise<Buffer> {
  const options = {
    cost,
    blockSize,
    parallelization,
    maxmem: 128 * blockSize * (cost + parallelization + 2) + 1024,
  }
  return new Promise((resolve, reject) => {
    derive(password, salt, length, options, (error, bytes) => (error ? reject(error) : resolve(bytes)))
  })
}
