import { expect } from 'chai'
import fc from 'fast-check'
import { Secret, TOTP, URI } from 'otpauth'
import { matchingStep, newTotpSecret, readTotpCode, totpUri } from '../../src/credentials/totp.ts'
import { after, SECOND } from '../../src/platform/clock.ts'
import { systemRandom } from '../../src/platform/random.ts'

/** The secret of RFC 6238, Appendix B: "12345678901234567890" in base32. */
const RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

/** Appendix B for SHA-1: the last six of the eight digits, which are what six digits are (RFC 4226 §5.3). */
const RFC_VECTORS: [number, number, string][] = [
  [59, 0x1, '287082'],
  [1_111_111_109, 0x23523ec, '081804'],
  [1_111_111_111, 0x23523ed, '050471'],
  [1_234_567_890, 0x273ef07, '005924'],
  [2_000_000_000, 0x3f940aa, '279037'],
  [20_000_000_000, 0x27bc86aa, '353130'],
]

const at = (seconds: number) => new Date(seconds * SECOND)

/** What another maker's app shows. */
const shownBy = (secret: string, instant: Date) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: instant.getTime() })

describe('codes of authenticator apps', () => {
  for (const [seconds, step, code] of RFC_VECTORS)
    it(`are those of RFC 6238 at ${seconds} seconds`, () => {
      expect(matchingStep(RFC_SECRET, code, at(seconds), 0)).to.equal(step)
    })

  it('are those of another library, for any secret at any time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 4_000_000_000 }), (seconds) => {
        const secret = newTotpSecret(systemRandom)
        const step = Math.floor(seconds / 30)
        expect(matchingStep(secret, shownBy(secret, at(seconds)), at(seconds), 0)).to.be.oneOf([
          step,
          // One pair of neighbours in a million shows the same code.
          step - 1,
        ])
      }),
    )
  })

  it('TO-04: count one step before and after their own, and no further, wherever in a step the clock is', () => {
    for (const into of [0, 1, 15, 29]) {
      const now = at(1_700_000_010 + into)
      const step = Math.floor(now.getTime() / SECOND / 30)
      const matched = [-60, -30, 0, 30, 60].map((seconds) =>
        matchingStep(RFC_SECRET, shownBy(RFC_SECRET, after(now, seconds * SECOND)), now, 0),
      )
      expect(matched, `${into} s into a step`).to.deep.equal([null, step - 1, step, step + 1, null])
    }
  })

  it('count only after the last step that was taken, also when the clock was set back', () => {
    const now = at(1_700_000_010)
    const step = Math.floor(now.getTime() / SECOND / 30)
    const code = shownBy(RFC_SECRET, now)
    const matched = [step - 1, step, step + 1, step + 2, step + 1000].map((lastStep) =>
      matchingStep(RFC_SECRET, code, now, lastStep),
    )
    expect(matched).to.deep.equal([step, null, null, null, null])
  })

  it('are read with spaces anywhere, and are exactly six ASCII digits', () => {
    for (const typed of ['005924', '005 924', ' 005924 ', '0 0 5 9 2 4', '005\u00a0924'])
      expect(readTotpCode(typed), typed).to.equal('005924')
    for (const typed of [
      '',
      '00592',
      '0059240',
      '00592a',
      '０05924',
      '٠٠٥٩٢٤',
      '005-924',
      '-05924',
      '5.9e23',
    ])
      expect(readTotpCode(typed), typed).to.equal(null)
  })
})

describe('the secret of an authenticator', () => {
  it('is 160 bits of the given chance, in base32 without padding', () => {
    const bytes = Buffer.from('12345678901234567890')
    const asked: number[] = []
    const random = { ...systemRandom, bytes: (count: number) => (asked.push(count), bytes) }
    expect(newTotpSecret(random)).to.equal(RFC_SECRET)
    expect(asked).to.deep.equal([20])
  })

  it('is read by another library out of its address, with names that have signs of their own', () => {
    for (const [organization, account] of [
      ['Harbour Cloud', 'noah'],
      ['Acme: Works & Söhne/Co', 'noah+1@acme.example'],
      ['云', 'a:b?c=d&e#f%20'],
    ] as const) {
      const uri = totpUri({ secret: RFC_SECRET, organization, account })
      expect(uri).to.match(/^otpauth:\/\/totp\//)
      const read = URI.parse(uri) as TOTP
      expect(read).to.include({ algorithm: 'SHA1', digits: 6, period: 30 })
      expect(read.secret.base32).to.equal(RFC_SECRET)
      expect(read.issuer).to.equal(organization.replace(':', ''))
      expect(read.label).to.equal(account.replace(':', ' '))
    }
  })
})
