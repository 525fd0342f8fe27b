import { expect } from 'chai'
import { rewritePng } from '../../src/platform/png.ts'
import { png, type Odd } from '../support/png.ts'

const SIZE = { least: 16, most: 1024 }
const SCRIPT = Buffer.from('<script>alert(1)</script>')

describe('A picture that somebody sent', () => {
  it('is written anew, and stays as it is when that is done once more', async () => {
    const once = await written(png())
    expect((await written(once)).equals(once)).to.equal(true)
    expect(once.subarray(1, 4).toString()).to.equal('PNG')
  })

  it('comes without what else was in its file: text, what stands behind its end, chunks that nobody knows', async () => {
    const file = png({
      before: [
        ['tEXt', SCRIPT],
        ['eXIf', SCRIPT],
        ['scRi', SCRIPT],
      ],
      after: Buffer.concat([Buffer.from('PK\u0003\u0004'), SCRIPT]),
    })
    const clean = await written(file)
    expect(clean.includes('script')).to.equal(false)
    expect(clean.equals(await written(png()))).to.equal(true)
  })

  it('comes with colours of the length that colours have, and no second time', async () => {
    for (const type of ['PLTE', 'tRNS', 'IHDR']) {
      const clean = await written(png({ before: [[type, Buffer.concat([SCRIPT, SCRIPT, SCRIPT])]] }))
      expect(clean.includes('script'), type).to.equal(false)
    }
    const palette = { color: [3, 1] as [number, number], rows: Buffer.alloc(32 * (1 + 4)) }
    const colors: [string, Buffer][] = [
      ['PLTE', Buffer.from([255, 0, 0, 0, 0, 0])],
      ['tRNS', Buffer.from([0])],
    ]
    const whole = await written(png({ ...palette, before: colors }))
    expect([whole.includes('PLTE'), whole.includes('tRNS')]).to.deep.equal([true, true])
    const more: [string, Buffer][] = [...colors, ['PLTE', SCRIPT], ['tRNS', SCRIPT]]
    expect((await written(png({ ...palette, before: more }))).equals(whole)).to.equal(true)
    const tooMany = png({ ...palette, before: [['PLTE', Buffer.alloc(3 * 257)]] })
    expect(await rewritePng(tooMany, SIZE)).to.deep.equal({ fault: 'damaged' })
  })

  it('may be interlaced, in greys, or with a palette', async () => {
    // 32 rows of Adam7: 4 + 4 + 4 + 8 + 8 + 16 + 16, each with its filter and a byte for every 8 pixels of 1 bit.
    const passes = [
      [4, 1],
      [4, 1],
      [4, 1],
      [8, 1],
      [8, 2],
      [16, 2],
      [16, 4],
    ].reduce((sum, [rows = 0, bytes = 0]) => sum + rows * (1 + bytes), 0)
    const whole = 32 * (1 + 4)
    const palette: [string, Buffer][] = [['PLTE', Buffer.from([255, 0, 0, 0, 0, 0])]]
    for (const odd of [
      { color: [0, 1], interlace: 1, rows: Buffer.alloc(passes) },
      { color: [0, 1], rows: Buffer.alloc(whole) },
      { color: [3, 1], rows: Buffer.alloc(whole), before: palette },
    ] as Odd[])
      expect((await written(png(odd))).length).to.be.greaterThan(50)
  })

  for (const [what, file, fault] of [
    ['nothing', Buffer.alloc(0), 'not-png'],
    ['a page', Buffer.from('<html>'), 'not-png'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), 'not-png'],
    ['a WebP', Buffer.from('RIFF\u0010\0\0\0WEBPVP8 '), 'not-png'],
    ['the beginning of one alone', png().subarray(0, 8), 'damaged'],
    ['half of one', png().subarray(0, 60), 'damaged'],
    ['wrong checksums', png({ checksums: 'wrong' }), 'damaged'],
    ['fewer pixels than it says', png({ rows: Buffer.alloc(100) }), 'damaged'],
    ['a small file that unpacks to a large one', png({ rows: Buffer.alloc(50_000_000) }), 'damaged'],
    ['a filter that there is not', png({ rows: Buffer.alloc(32 * (1 + 128), 9) }), 'damaged'],
    ['a kind of colour that there is not', png({ color: [5, 8] }), 'damaged'],
    ['a palette that it does not bring', png({ color: [3, 8], rows: Buffer.alloc(32 * 33) }), 'damaged'],
    ['more than one picture', png({ before: [['acTL', Buffer.alloc(8)]] }), 'animated'],
    ['no width', png({ width: 0, rows: Buffer.alloc(32) }), 'dimensions'],
    ['fewer pixels than can be seen', png({ width: 8, height: 8 }), 'dimensions'],
    [
      'a million pixels in a row',
      png({ width: 1_000_000, height: 16, rows: Buffer.alloc(10) }),
      'dimensions',
    ],
  ] as const)
    it(`is refused where it is ${what}: ${fault}`, async () => {
      expect(await rewritePng(file, SIZE)).to.deep.equal({ fault })
    })

  async function written(file: Buffer): Promise<Buffer> {
    const result = await rewritePng(file, SIZE)
    if ('fault' in result) throw new Error(`refused: ${result.fault}`)
    return result.png
  }
})
