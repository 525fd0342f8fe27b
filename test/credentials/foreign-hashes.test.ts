import { expect } from 'chai'
import { readForeignHash, standIn } from '../../src/credentials/foreign/index.ts'
import { powersOfTwo, type ForeignHash } from '../../src/credentials/foreign/scheme.ts'
import { createPasswordHasher } from '../../src/credentials/password.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { hashingOf } from '../support/hashing.ts'

const QUICK = { memoryCost: 64, timeCost: 2, parallelism: 1 }
const hasher = createPasswordHasher({ concurrency: 1, queue: 9, random: systemRandom, cost: QUICK })

/** The password that is hashed in all of them but those of argon2, whose own test vectors have "password". */
const PASSWORD = 'Tr4vel-Lamp!9'

/** Each was made by another program than ours. */
const VECTORS: Record<string, [string, string][]> = {
  // The reference implementation's own test vectors (P-H-C/phc-winner-argon2, src/test.c).
  argon2: [
    ['password', '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
    ['password', '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA'],
    ['password', '$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ'],
  ],
  // libxcrypt's crypt(), through Python's crypt.
  bcrypt: [
    [PASSWORD, '$2a$06$abcdefghijklmnopqrstuuN9raKEcIA4tkGxrGxs69wNzWiUB4zH6'],
    [PASSWORD, '$2b$06$abcdefghijklmnopqrstuuN9raKEcIA4tkGxrGxs69wNzWiUB4zH6'],
    [PASSWORD, '$2y$06$abcdefghijklmnopqrstuuN9raKEcIA4tkGxrGxs69wNzWiUB4zH6'],
    ['Größe-Lampe!9', '$2b$05$abcdefghijklmnopqrstuuNkCfn5mgQuyBmm7xfO57BQR7LMrk4iy'],
    [`${'x'.repeat(72)}tail`, '$2b$05$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q'],
  ],
  // OpenSSL's, through Python's hashlib.scrypt.
  scrypt: [
    [PASSWORD, '$scrypt$ln=14,r=8,p=1$++++MDEyMzQ1Njc4OWFiYw$YPVCceiUc+IEKpPcaRVua9IQn3ZYgik8Sbslp3niaos'],
    [
      PASSWORD,
      '$scrypt$ln=10,r=4,p=2$++++MDEyMzQ1Njc4OWFiYw$RJjRDA7TcV2P2+v7y/WrfWEuNkNKZOVLtxXICNqpYlvrPKn/LgGu/U0eGQdAU8kzQF14gnvYXDaBAKLRz6Hj8A',
    ],
  ],
  // Python's hashlib.pbkdf2_hmac, written as passlib, as PHC and as Django write it.
  pbkdf2: [
    [PASSWORD, '$pbkdf2-sha256$29000$....MDEyMzQ1Njc4OWFiYw$Wpk.rKTDvfqDmsg1AFxOlg7U8qRg.qnONzeqyiSX17U'],
    [
      PASSWORD,
      '$pbkdf2-sha512$i=25000$++++MDEyMzQ1Njc4OWFiYw$HI7s6sd41d8XlDQUgt8EB8I3D8RPYCo4I5W/lSWF862MdM816nAx5qNkbi7c7VSaL2A3D76t7l9M6dSkm5kZyg',
    ],
    [PASSWORD, '$pbkdf2$131000$....MDEyMzQ1Njc4OWFiYw$LQYNXVsA0DoMEYyZ0fPuNXF7fi4'],
    [PASSWORD, 'pbkdf2_sha256$36000$Vq9xDyTnZ7Zr$n6CeR/KFrOVdmH38wtVptUgbrbMxPvff0DOtPgUha/8='],
    [PASSWORD, 'pbkdf2_sha1$36000$Vq9xDyTnZ7Zr$ou5ZaQWvvjmBnPg4npxFYDaRFeQ='],
  ],
}

describe('password hashes of other systems', () => {
  for (const [scheme, vectors] of Object.entries(VECTORS)) {
    it(`${scheme}: knows the right password and no other, in every way of writing it down`, async () => {
      for (const [password, text] of vectors) {
        expect(await hasher.verify(text, password), text).to.equal(true)
        expect(await hasher.verify(text, `X${password}`), text).to.equal(false)
        expect(hasher.needsUpgrade(text), text).to.equal(true)
      }
    })
  }

  for (const [what, text, problem] of [
    ['a word', 'Summer2026!', 'unreadable'],
    ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99', 'unreadable'],
    ['SHA-512 of crypt()', '$6$saltsalt$' + 'a'.repeat(86), 'unreadable'],
    ['bcrypt that was cut', '$2b$10$abcdefghijklmnopqrstuuN9raKEcIA4tkGxrGxs69wNzWiU', 'unreadable'],
    ['bcrypt of 2^31 rounds', `$2b$31$${'a'.repeat(53)}`, 'too-costly'],
    ['bcrypt of 2^14 rounds', `$2b$14$${'a'.repeat(53)}`, 'too-costly'],
    [
      'argon2 with 4 GiB',
      '$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJH',
      'too-costly',
    ],
    [
      'argon2 with 4 billion passes',
      '$argon2id$v=19$m=64,t=999999999,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6M',
      'too-costly',
    ],
    [
      'argon2 with more lanes than memory',
      '$argon2id$v=19$m=64,t=1,p=16$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm',
      'unreadable',
    ],
    ['scrypt with 128 GiB', '$scrypt$ln=30,r=8,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJH', 'too-costly'],
    [
      'scrypt with 60,000 lanes',
      '$scrypt$ln=10,r=1,p=60000$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJH',
      'too-costly',
    ],
    [
      'scrypt with an N that its r forbids',
      `$scrypt$ln=16,r=1,p=1$c29tZXNhbHQ$${'A'.repeat(43)}`,
      'unreadable',
    ],
    ['scrypt with 65,536 blocks', `$scrypt$ln=1,r=65536,p=8$c29tZXNhbHQ$${'A'.repeat(43)}`, 'too-costly'],
    ['argon2 with padding', `$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ=$${'A'.repeat(43)}`, 'unreadable'],
    [
      'argon2 with full stops',
      `$argon2id$v=19$m=64,t=1,p=1$${'.'.repeat(22)}$${'A'.repeat(43)}`,
      'unreadable',
    ],
    [
      'PBKDF2 of 900 million rounds',
      'pbkdf2_sha256$900000000$salt$n6CeR/KFrOVdmH38wtVptUgbrbMxPvff0DOtPgUha/8=',
      'too-costly',
    ],
    [
      'PBKDF2 with MD5',
      '$pbkdf2-md5$29000$c29tZXNhbHQ$Wpk.rKTDvfqDmsg1AFxOlg7U8qRg.qnONzeqyiSX17U',
      'unreadable',
    ],
    ['what is far too long', `$2b$10$${'a'.repeat(2000)}`, 'unreadable'],
    ['a NUL', '$2b$10$abcdefghijklmnopqrstuuN9raKEcIA4tkGxrGxs69wNzWiUB4zH\0', 'unreadable'],
  ] as const) {
    it(`refuses ${what}: ${problem}`, () => {
      expect(readForeignHash(text)).to.equal(problem)
    })
  }

  it('EN-03: a check costs one of ours and one of each kind that there is here, whoever is named', async () => {
    const [[, text] = ['', '']] = VECTORS['scrypt'] ?? []
    const foreign = [
      { kind: 'scrypt:8:1', work: 2 ** 14 },
      { kind: 'pbkdf2:sha256', work: 1000 },
    ]
    const ours = await hasher.hash(PASSWORD)
    const expected = ['PBKDF2REQUEST', 'SCRYPTREQUEST', 'argon2:HashWorker']
    for (const stored of [null, ours, text])
      for (const typed of [PASSWORD, 'wrong', 'x'.repeat(129)])
        expect(await hashingOf(() => hasher.verify(stored, typed, foreign))).to.deep.equal(expected)
  })

  it('PF-10: what is taken at its limits can be checked, and be stood in for: else nobody could sign in', async () => {
    const [salt, digest] = ['c29tZXNhbHQ', 'A'.repeat(43)]
    for (const text of [
      `$scrypt$ln=15,r=1,p=1$${salt}$${digest}`,
      `$scrypt$ln=1,r=8192,p=1$${salt}$${digest}`,
      `$scrypt$ln=1,r=1,p=8192$${salt}$${digest}`,
      `$argon2d$v=16$m=8,t=1,p=1$${salt}$${digest}`,
      `$argon2i$m=129,t=1,p=16$${salt}$${digest}`,
      `$argon2id$v=19$m=8,t=1,p=1$${'A'.repeat(86)}$${'A'.repeat(86)}`,
      `$pbkdf2$1$A.$${'A'.repeat(22)}`,
      `pbkdf2_sha512$1$s$${'A'.repeat(86)}==`,
      `$2b$04$${'.'.repeat(53)}`,
    ]) {
      const read = readForeignHash(text)
      if (typeof read === 'string') throw new Error(`${text} is ${read}`)
      const foreign = [{ kind: read.kind, work: read.work + 15 }]
      expect(await hasher.verify(text, PASSWORD, foreign), text).to.equal(false)
      expect(await hasher.verify(null, PASSWORD, foreign), text).to.equal(false)
    }
  })

  it('EN-03: what a cheaper hash of a kind spares is made up for', async () => {
    expect(powersOfTwo(2 ** 14 - 2 ** 10)).to.deep.equal([2 ** 10, 2 ** 11, 2 ** 12, 2 ** 13])
    const cheap = readForeignHash(VECTORS['bcrypt']?.[3]?.[1] ?? '') as ForeignHash
    expect(cheap).to.include({ kind: 'bcrypt', work: 32 })
    const run = () => standIn({ kind: 'scrypt:8:1', work: 2 ** 6 + 2 ** 5 })
    expect(await hashingOf(run)).to.deep.equal(['SCRYPTREQUEST', 'SCRYPTREQUEST'])
    expect(await hashingOf(() => standIn({ kind: 'argon2id:19:64:1', work: 2 }))).to.deep.equal([
      'argon2:HashWorker',
    ])
    await standIn({ kind: 'bcrypt', work: 2 ** 4 + 2 ** 5 })
  })
})
