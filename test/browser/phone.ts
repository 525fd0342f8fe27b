import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import type jsQR from 'jsqr'
import { TOTP, URI } from 'otpauth'
import type { Page } from 'playwright-core'

const decode = createRequire(import.meta.url)('jsqr') as typeof jsQR.default

/** Reads the QR code off the screen as it is painted; `camera` is a page that may run scripts, to see its pixels. */
export async function scan(page: Page, camera: Page): Promise<TOTP> {
  const png = await page.locator('svg.qr').screenshot()
  // Letters go to the browser and back in no time, arrays of numbers one by one.
  const { pixels, width, height } = await camera.evaluate(async (letters) => {
    const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0))
    const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d')
    if (!canvas) throw new Error('this browser paints nothing')
    canvas.drawImage(picture, 0, 0)
    const { data } = canvas.getImageData(0, 0, picture.width, picture.height)
    const pixels = btoa(Array.from(data, (value) => String.fromCharCode(value)).join(''))
    return { pixels, width: picture.width, height: picture.height }
  }, png.toString('base64'))
  const text = decode(new Uint8ClampedArray(Buffer.from(pixels, 'base64')), width, height)?.data
  if (text === undefined) throw new Error('no phone could read this picture')
  const app = URI.parse(text)
  if (!(app instanceof TOTP)) throw new Error(`not what an authenticator app counts by: ${text}`)
  return app
}

/** The codes in the file behind the link. */
export async function download(page: Page): Promise<string[]> {
  const began = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download them as a text file' }).click()
  const file = await began
  expect(file.suggestedFilename()).to.equal('recovery-codes.txt')
  const text = await readFile(await file.path(), 'utf8')
  return text.split('\n').filter((line) => /^[a-z0-9]+(-[a-z0-9]+){4}$/.test(line))
}
