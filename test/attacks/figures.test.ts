import { expect } from 'chai'
import { lossesIn, published, sharesOf } from '../bench/figures.ts'

describe('attacks: a release that is slower than the one before', () => {
  it('LD-07: figures are published with their machine, and a loss of more than a fifth is named', () => {
    const known = published()
    expect(known.machine).to.match(/\d+ cores of .+, \d+ GiB/)
    const names = Object.keys(known.figures)
    expect(names).to.include.members(['sign-ins per second', 'recovery requests per second'])
    const at = (share: number) =>
      sharesOf(
        names.map((name) => [name, String((known.figures[name] ?? 0) * share)] as const),
        known,
      )
    expect(lossesIn(at(1))).to.deep.equal([])
    expect(lossesIn(at(0.81))).to.deep.equal([])
    expect(lossesIn(at(0.79))).to.deep.equal(names)
    // What is not measured any more, or is no number, is no gain.
    expect(lossesIn(sharesOf([], known))).to.deep.equal(names)
    expect(lossesIn(sharesOf([[names[0] ?? '', 'fast']], known))).to.deep.equal(names)
  })
})
