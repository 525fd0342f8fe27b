import { expect } from 'chai'
import sharp from 'sharp'
import { redrawPicture } from '../../src/platform/picture.ts'
import { Unavailable } from '../../src/platform/unavailable.ts'
import { png } from '../support/png.ts'

const SIZE = { least: 16, most: 1024, drawn: 64 }
const SCRIPT = Buffer.from('<script>alert(1)</script>')
const RED = [16, 0, 0, 16]

describe('A picture that somebody sent', () => {
  for (const [kind, options] of [
    ['PNG', { png: {} }],
    ['PNG with a palette', { png: { palette: true } }],
    ['PNG in passes', { png: { progressive: true } }],
    ['WebP', { webp: { quality: 100 } }],
    ['WebP without loss', { webp: { lossless: true } }],
  ] as const)
    it(`is drawn anew as a PNG with the pixels that it had: ${kind}`, async () => {
      const whole = sharp(png({ width: 40, height: 24 }))
      const file = await ('webp' in options ? whole.webp(options.webp) : whole.png(options.png)).toBuffer()
      expect(await pixelsOf(await drawn(file))).to.deep.equal({
        format: 'png',
        width: 40,
        height: 24,
        of: RED,
      })
    })

  it('comes without what else was in its file: text, what stands behind its end, chunks that nobody knows', async () => {
    const after = Buffer.concat([Buffer.from('PK\u0003\u0004'), SCRIPT])
    const file = png({
      before: [
        ['tEXt', SCRIPT],
        ['eXIf', SCRIPT],
        ['scRi', SCRIPT],
      ],
      after,
    })
    const webp = await sharp(png())
      .withExif({ IFD0: { Copyright: SCRIPT.toString() } })
      .webp()
      .toBuffer()
    expect(webp.includes('script')).to.equal(true)
    for (const sent of [file, Buffer.concat([webp, after])]) {
      const clean = await drawn(sent)
      expect(clean.includes('script')).to.equal(false)
      expect(await pixelsOf(clean)).to.deep.include({ width: 32, height: 32 })
    }
  })

  it('is drawn no larger than pages show it, in the proportions that it has', async () => {
    const wide = await drawn(png({ width: 1024, height: 256 }))
    expect(await pixelsOf(wide)).to.deep.include({ width: 64, height: 16 })
  })

  it('moves no more: of many frames the first is drawn', async () => {
    const blue = await sharp({ create: { width: 32, height: 32, channels: 4, background: '#00f' } })
      .png()
      .toBuffer()
    const moving = await sharp([png(), blue], { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer()
    expect((await sharp(moving).metadata()).pages).to.equal(2)
    expect(await pixelsOf(await drawn(moving))).to.deep.equal({
      format: 'png',
      width: 32,
      height: 32,
      of: RED,
    })
  })

  it('may unpack to more than it says: no more is unpacked than it has pixels', async () => {
    const clean = await drawn(png({ rows: Buffer.alloc(50_000_000) }))
    expect(await pixelsOf(clean)).to.deep.include({ width: 32, height: 32 })
  })

  it('of so many frames that a decoder would not end is not looked at', async () => {
    const frames = Buffer.concat([
      Buffer.from('RIFF____WEBPVP8X'),
      ...Array<Buffer>(1001).fill(Buffer.from('ANMF____')),
    ])
    expect(await redrawPicture(frames, SIZE)).to.deep.equal({ fault: 'damaged' })
  })

  it('waits for another time where its process cannot be started, and this one goes on', async () => {
    const { execPath } = process
    process.execPath = '/nowhere/node'
    try {
      await redrawPicture(png(), SIZE)
      expect.fail('drawn')
    } catch (error) {
      expect(error).to.be.instanceOf(Unavailable)
      expect((error as Unavailable).cause)
        .to.have.property('message')
        .that.contains('ENOENT')
    } finally {
      process.execPath = execPath
    }
    expect(await redrawPicture(png(), SIZE)).to.have.property('png')
  })

  it('is drawn one after another, and a damaged one stands in nobody’s way', async () => {
    const answers = await Promise.all(
      [png(), png().subarray(0, 60), png()].map((file) => redrawPicture(file, SIZE)),
    )
    expect(answers.map((answer) => 'png' in answer)).to.deep.equal([true, false, true])
  })

  for (const [what, file, fault] of [
    ['nothing', Buffer.alloc(0), 'not-picture'],
    ['a page', Buffer.from('<html>'), 'not-picture'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), 'not-picture'],
    ['a GIF', Buffer.from('GIF89a\u0001\0\u0001\0\0\0\0;', 'latin1'), 'not-picture'],
    ['an SVG that begins as a PNG', Buffer.concat([png().subarray(0, 8), Buffer.from('<svg/>')]), 'damaged'],
    ['the beginning of a WebP alone', Buffer.from('RIFF\u0010\0\0\0WEBPVP8 ', 'latin1'), 'damaged'],
    ['half of one', png().subarray(0, 60), 'damaged'],
    ['wrong checksums', png({ checksums: 'wrong' }), 'damaged'],
    ['no width', png({ width: 0, rows: Buffer.alloc(32) }), 'damaged'],
    ['fewer pixels than can be seen', png({ width: 8, height: 8 }), 'dimensions'],
    [
      'a million pixels in a row',
      png({ width: 1_000_000, height: 16, rows: Buffer.alloc(10) }),
      'dimensions',
    ],
  ] as const)
    it(`is refused where it is ${what}: ${fault}`, async () => {
      expect(await redrawPicture(file, SIZE)).to.deep.equal({ fault })
    })

  async function drawn(file: Buffer): Promise<Buffer> {
    const result = await redrawPicture(file, SIZE)
    if ('fault' in result) throw new Error(`refused: ${result.fault}`)
    return result.png
  }
})

/** What a picture is, and the colour of its first pixel, in steps of 16 of 256: a WebP comes near to what it was made of. */
async function pixelsOf(file: Buffer) {
  const { format, width, height } = await sharp(file).metadata()
  const first = sharp(file).ensureAlpha().extract({ left: 0, top: 0, width: 1, height: 1 })
  const of = [...(await first.raw().toBuffer())].map((level) => Math.round(level / 16))
  return { format, width, height, of }
}
