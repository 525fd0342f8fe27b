import { expect } from 'chai'
import fc from 'fast-check'
import { isToken, newId, newToken, systemRandom, type Random } from '../../src/platform/random.ts'

const filledWith = (byte: number): Random => ({ bytes: (count) => Buffer.alloc(count, byte), below: () => 0 })
const instants = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })

describe('random', () => {
  it('makes UUIDs of version 7 and variant 10 whatever the bytes, telling the millisecond', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const id = newId(filledWith(byte), at)
        expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).to.equal(at.getTime())
      }),
    )
  })

  it('orders ids as their instants, whatever the rest', () => {
    fc.assert(
      fc.property(instants, instants, (one, two) => {
        const [earlier, later] = [newId(filledWith(255), one), newId(filledWith(0), two)]
        if (one < two) expect(earlier < later).to.equal(true)
        if (one > two) expect(earlier > later).to.equal(true)
      }),
    )
  })

  it('orders the ids of one transaction as they were made', () => {
    const at = new Date('2026-03-02T09:00:00Z')
    const ids = Array.from({ length: 5000 }, () => newId(systemRandom, at))
    expect(ids).to.deep.equal([...ids].sort())
    expect(new Set(ids)).to.have.property('size', 5000)
  })

  it('lets nobody count by ids: transactions of one instant begin anywhere', () => {
    const begun = Array.from({ length: 50 }, () => newId(systemRandom, new Date('2026-03-02T09:00:00Z')))
    expect(begun).to.not.deep.equal([...begun].sort())
  })

  it('keeps every random bit that version, time and order leave free', () => {
    const at = () => new Date('2026-03-02T09:00:00Z')
    const highest: Random = { bytes: (count) => Buffer.alloc(count, 255), below: (bound) => bound - 1 }
    expect(newId(highest, at()).slice(14)).to.equal('7800-8000-03ffffffffff')
    expect(newId(filledWith(0), at()).slice(14)).to.equal('7000-8000-040000000000')
  })

  it('makes tokens of 256 bits that are all different and look like tokens', () => {
    const tokens = Array.from({ length: 2000 }, () => newToken(systemRandom))
    expect(new Set(tokens)).to.have.property('size', 2000)
    expect(tokens.every(isToken)).to.equal(true)
    expect(Buffer.from(tokens[0]!, 'base64url')).to.have.length(32)
  })

  it('takes only tokens for tokens', () => {
    const token = newToken(systemRandom)
    for (const junk of [
      '',
      token.slice(1),
      `${token}A`,
      `${token}\n`,
      `${token.slice(1)}=`,
      `${token.slice(1)}+`,
    ])
      expect(isToken(junk), junk).to.equal(false)
  })

  it('draws every number below a bound and none else', () => {
    const drawn = Array.from({ length: 2000 }, () => systemRandom.below(10)).toSorted((a, b) => a - b)
    expect([...new Set(drawn)]).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})
