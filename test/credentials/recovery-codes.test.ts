import { expect } from 'chai'
import fc from 'fast-check'
import { hashRecoveryCode, newRecoveryCodes, readRecoveryCode } from '../../src/credentials/recovery-codes.ts'
import { systemRandom, type Random } from '../../src/platform/random.ts'
import { hashToken } from '../../src/platform/secrets.ts'

const of = (bytes: Uint8Array): Random => ({ ...systemRandom, bytes: () => Buffer.from(bytes) })
const first = (bytes: Uint8Array) => newRecoveryCodes(of(bytes))[0] ?? ''

describe('recovery codes', () => {
  it('are ten, of 128 bits each, in groups without look-alikes', () => {
    const asked: number[] = []
    const codes = newRecoveryCodes({
      ...systemRandom,
      bytes: (count) => (asked.push(count), systemRandom.bytes(count)),
    })
    expect(asked).to.deep.equal(Array<number>(10).fill(16))
    expect(new Set(codes).size).to.equal(10)
    for (const code of codes) expect(code).to.match(/^([0-9a-hjkmnp-tv-z]{5}-){4}[0-9a-hjkmnp-tv-z]{6}$/)
  })

  it('hold every bit: different bytes never give one code', () => {
    expect(first(Buffer.alloc(16, 0))).to.equal('00000-00000-00000-00000-000000')
    expect(first(Buffer.alloc(16, 255))).to.equal('7zzzz-zzzzz-zzzzz-zzzzz-zzzzzz')
    const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(sixteen, fc.integer({ min: 0, max: 127 }), (bytes, bit) => {
        const flipped = bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
        expect(first(flipped)).to.not.equal(first(bytes))
        expect(readRecoveryCode(first(bytes))).to.equal(first(bytes).replaceAll('-', ''))
      }),
    )
  })

  it('are read in any case, with any spaces and hyphens, and with look-alikes', () => {
    const code = '10k7m-qx3vz-0a1bc-d2ef3-gh4jk5'
    const read = code.replaceAll('-', '')
    for (const typed of [
      code,
      read,
      code.toUpperCase(),
      ` ${code.replaceAll('-', ' ')} `,
      code.replaceAll('-', ' – '),
      code.replace('10', 'IO'),
      code.replace('10', 'lo'),
    ])
      expect(readRecoveryCode(typed), typed).to.equal(read)
    for (const typed of [
      '',
      '123456',
      read.slice(1),
      `${read}0`,
      read.replace('k', 'u'),
      read.replace('k', 'ｋ'),
    ])
      expect(readRecoveryCode(typed), typed).to.equal(null)
  })

  it('are stored as the hash of their one form, and nothing else is', () => {
    const [code = ''] = newRecoveryCodes(systemRandom)
    expect(hashRecoveryCode(code.toUpperCase())).to.deep.equal(hashToken(code.replaceAll('-', '')))
    expect(() => hashRecoveryCode('123456')).to.throw('not a recovery code')
  })
})
