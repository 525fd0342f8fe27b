import { expect } from 'chai'
import fc from 'fast-check'
import { isSlug, RESERVED_SLUGS } from '../../src/organizations/organization.ts'

describe('A slug', () => {
  it('is lower-case letters, digits and single hyphens', () => {
    for (const slug of ['harbour', 'a1', '42', 'north-by-north-west', 'a'.repeat(40)])
      expect(isSlug(slug), slug).to.equal(true)
  })

  it('is never empty, too short or long, in capitals, or with anything else in it', () => {
    for (const text of [
      '',
      'a',
      'A1',
      'a_b',
      'a b',
      '-ab',
      'ab-',
      'a--b',
      'ab\n',
      'é1',
      'a/b',
      'a.b',
      'a'.repeat(41),
    ])
      expect(isSlug(text), JSON.stringify(text)).to.equal(false)
  })

  it('is never a word that begins an address of the product’s own', () => {
    expect(RESERVED_SLUGS).to.have.members(['demo', 'hooks', 'healthz', 'readyz', 'assets', 'metrics'])
    for (const word of RESERVED_SLUGS) expect(isSlug(word), word).to.equal(false)
  })

  it('needs no escaping in an address, a cookie’s name or a header', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('ab9-_.%;= /A\n')), maxLength: 45 }),
        (text) => {
          if (isSlug(text)) expect(encodeURIComponent(text)).to.equal(text)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
