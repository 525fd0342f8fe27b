import { createHook } from 'node:async_hooks'
import { argon2id, hash } from 'argon2'
import { expect } from 'chai'
import { MAXIMUM_LENGTH } from '../../src/credentials/password-rules.ts'
import { createPasswordHasher } from '../../src/credentials/password.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { Unavailable } from '../../src/platform/unavailable.ts'

const hasher = createPasswordHasher({ concurrency: 0, queue: 32, random: systemRandom })
const tooLong = 'x'.repeat(MAXIMUM_LENGTH + 1)

/** How many times argon2's native code is entered while something runs: what costs the time, whatever is answered. */
async function argon2Runs(work: () => Promise<unknown>): Promise<number> {
  let runs = 0
  const hook = createHook({
    init(_id, type) {
      if (type === 'argon2:HashWorker') runs += 1
    },
  }).enable()
  await work().catch(() => undefined)
  hook.disable()
  return runs
}

describe('password hasher', () => {
  it('hashes with argon2id, 19 MiB, two passes, one lane, a salt of 16 bytes, to 32 bytes', async () => {
    const [, id, version, cost, salt, digest] = (await hasher.hash('Tr4vel-Lamp!9')).split('$')
    expect([id, version, cost]).to.deep.equal(['argon2id', 'v=19', 'm=19456,t=2,p=1'])
    expect(Buffer.from(salt!, 'base64')).to.have.length(16)
    expect(Buffer.from(digest!, 'base64')).to.have.length(32)
  })

  it('knows the password again and no other, and never salts twice alike', async () => {
    const [first, second] = [await hasher.hash('Tr4vel-Lamp!9'), await hasher.hash('Tr4vel-Lamp!9')]
    expect(first).to.not.equal(second)
    expect(await hasher.verify(second, 'Tr4vel-Lamp!9')).to.equal(true)
    expect(await hasher.verify(second, 'Tr4vel-Lamp!8')).to.equal(false)
    expect(await hasher.verify(second, 'Tr4vel-Lamp!9 ')).to.equal(false)
  })

  it('takes the composed and the decomposed form for one password', async () => {
    const stored = await hasher.hash('Cafe\u0301-Lamp!9')
    expect(await hasher.verify(stored, 'Café-Lamp!9')).to.equal(true)
  })

  it('hashes the longest password whole and refuses a longer one', async () => {
    const longest = `${'🔑'.repeat(MAXIMUM_LENGTH - 1)}a`
    const stored = await hasher.hash(longest)
    expect(await hasher.verify(stored, longest)).to.equal(true)
    expect(await hasher.verify(stored, `${longest.slice(0, -1)}b`)).to.equal(false)
    expect(await hasher.hash(tooLong).catch((error: unknown) => error)).to.be.instanceOf(RangeError)
    expect(await argon2Runs(() => hasher.hash(tooLong))).to.equal(0)
  })

  it('does the same work when there is nobody, when the password is wrong and when it is too long', async () => {
    const stored = await hasher.hash('Tr4vel-Lamp!9')
    const asked: [string | null, string][] = [
      [stored, 'Tr4vel-Lamp!9'],
      [stored, 'wrong'],
      [stored, tooLong],
      [null, 'Tr4vel-Lamp!9'],
      [null, tooLong],
      [null, ''],
    ]
    for (const [index, [whose, password]] of asked.entries()) {
      let answer: boolean | undefined
      const runs = await argon2Runs(async () => (answer = await hasher.verify(whose, password)))
      expect(runs, `runs of case ${index}`).to.equal(1)
      expect(answer, `answer of case ${index}`).to.equal(index === 0)
    }
  })

  it('wants a hash made anew when its cost, version or kind is not the current one', async () => {
    const current = await hasher.hash('Tr4vel-Lamp!9')
    const weaker = { type: argon2id, memoryCost: 9728, timeCost: 2, parallelism: 1 } as const
    expect(hasher.needsUpgrade(current)).to.equal(false)
    expect(hasher.needsUpgrade(await hash('Tr4vel-Lamp!9', weaker))).to.equal(true)
    expect(hasher.needsUpgrade(current.replace('t=2', 't=1'))).to.equal(true)
    expect(hasher.needsUpgrade(current.replace('v=19', 'v=16'))).to.equal(true)
    expect(hasher.needsUpgrade(current.replace('argon2id', 'argon2i'))).to.equal(true)
  })

  it('lets a bounded crowd in, known or unknown, and asks the rest to come back in two seconds', async () => {
    const narrow = createPasswordHasher({ concurrency: 1, queue: 2, random: systemRandom })
    const tries = await Promise.allSettled([
      narrow.verify(null, 'a'),
      narrow.hash('Tr4vel-Lamp!9'),
      narrow.verify(null, tooLong),
      narrow.verify(null, 'd'),
      narrow.hash('Tr4vel-Lamp!9'),
    ])
    expect(tries.map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ])
    for (const refused of tries.filter((result) => result.status === 'rejected')) {
      expect(refused.reason).to.be.instanceOf(Unavailable)
      expect(refused.reason).to.include({ what: 'password hashing', retryAfterSeconds: 2 })
    }
    expect(await narrow.verify(null, 'later')).to.equal(false)
  })
})
