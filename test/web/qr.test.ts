import { expect } from 'chai'
import { createRequire } from 'node:module'
import type jsQR from 'jsqr'
import { parse } from 'node-html-parser'
import { newTotpSecret, totpUri } from '../../src/credentials/totp.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { qrSvg } from '../../src/web/qr.ts'

const decode = createRequire(import.meta.url)('jsqr') as typeof jsQR.default

/** Pixels for each module of the code. */
const SCALE = 4

describe('QR codes', () => {
  it('are read back by another library, as a phone would', () => {
    for (const text of [
      'x',
      'https://account.example.org/harbour',
      totpUri({
        secret: newTotpSecret(systemRandom),
        organization: 'Söhne & Co, a rather long name for an organization',
        account: 'noah.lindqvist+authenticator@harbour.example',
      }),
    ])
      expect(readBack(qrSvg(text, 'QR code'))).to.equal(text)
  })

  it('say in words what they are, and whatever those words are, they are only words', () => {
    const words = '</title><script>alert(1)</script> &amp; "more"'
    const svg = parse(qrSvg('secret', words)).querySelector('svg')
    expect(svg?.getAttribute('role')).to.equal('img')
    expect(svg?.querySelector('title')?.textContent).to.equal(words)
    expect(svg?.querySelector('script')).to.equal(null)
  })

  it('bring neither style nor script, and do not hold the text itself', () => {
    const svg = qrSvg('otpauth://totp/secret', 'QR code')
    expect(svg).to.not.match(/style|script|otpauth|secret|href|\son[a-z]+=/i)
  })
})

/** Paints what the SVG says, module by module, and looks at it. */
function readBack(svg: string): string | undefined {
  const [, side = '0'] = /viewBox="0 0 (\d+) /.exec(svg) ?? []
  const width = Number(side) * SCALE
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255)
  for (const [, x = '', y = ''] of svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let row = 0; row < SCALE; row += 1) {
      const start = ((Number(y) * SCALE + row) * width + Number(x) * SCALE) * 4
      for (let at = start; at < start + SCALE * 4; at += 4) pixels.fill(0, at, at + 3)
    }
  }
  return decode(pixels, width, width)?.data
}
