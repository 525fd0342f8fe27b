import { expect } from 'chai'
import fc from 'fast-check'
import { readableOn } from '../../src/organizations/branding.ts'

const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`)

describe('Text on an organization’s colour', () => {
  it('has a contrast of 4.5 to 1 or more on every colour (WCAG 2.2 §1.4.3)', () => {
    fc.assert(
      fc.property(color, (brand) => {
        expect(contrast(brand, readableOn(brand))).to.be.at.least(4.5)
      }),
      // The colours on which black and white are about equally bad, where the choice is hardest.
      { numRuns: 5000, examples: [['#757575'], ['#767676'], ['#0080ff'], ['#ff0000'], ['#00884b']] },
    )
  })

  it('is white on dark colours and dark on light ones', () => {
    expect(readableOn('#000000')).to.equal('#ffffff')
    expect(readableOn('#0b5cad')).to.equal('#ffffff')
    expect(readableOn('#ffffff')).not.to.equal('#ffffff')
    expect(readableOn('#ffd400')).not.to.equal('#ffffff')
  })
})

/** WCAG 2.2, "contrast ratio", written from its definition. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex: string): number {
  const value = Number.parseInt(hex.slice(1), 16)
  const linear = (shift: number) => {
    const share = ((value >> shift) & 255) / 255
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4)
  }
  return 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
}
