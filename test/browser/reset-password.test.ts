import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import type jsQR from 'jsqr'
import { TOTP, URI } from 'otpauth'
import type { Page } from 'playwright-core'
import { SECOND } from '../../src/platform/clock.ts'
import { NEW_PASSWORD, wrongCodeOfApp } from '../support/steps.ts'
import { openRig, WAYS, type Rig } from './rig.ts'
import { enterCode, openTheMailsButton, press, seeField, seeHeading, typeNewPassword } from './steps.ts'

const decode = createRequire(import.meta.url)('jsqr') as typeof jsQR.default

/** Document S3 as a person sees it; the app on the phone knows nothing but the picture that it is held up to. */
describe('S3 in a browser', () => {
  let rig: Rig

  beforeEach(async () => (rig = await openRig()))
  afterEach(() => rig.close())

  for (const { name, ...options } of WAYS) {
    it(`Mia resets her password and sets up a second lock ${name}`, async function () {
      this.timeout(30_000)
      const page = await rig.person(options)
      await askForLink(page)
      await rig.portal.deliver()
      const fromMail = await openTheMailsButton(page)
      await press(fromMail, 'Continue')

      await seeHeading(fromMail, 'Set up your authenticator app')
      const app = await scan(fromMail, await rig.person())
      const shown = () => app.generate({ timestamp: rig.portal.clock.now().getTime() })
      expect(app.issuer).to.equal('Lantern Platform')
      await enterCode(fromMail, wrongCodeOfApp(rig.portal.clock.now(), app.secret.base32))
      await seeField(fromMail, 'Code from your app', 'This is not the code of this key')
      await enterCode(fromMail, shown())

      await seeHeading(fromMail, 'Keep your recovery codes')
      const kept = await download(fromMail)
      expect(kept).to.have.length(10)
      await enterCode(fromMail, kept[6] ?? '')
      await typeNewPassword(fromMail, NEW_PASSWORD)
      await seeHeading(fromMail, 'Hello, Mia Tanaka')

      await press(fromMail, 'Sign out')
      await fromMail.getByLabel('Username or email').fill('mia')
      await fromMail.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
      await press(fromMail, 'Sign in')
      rig.portal.clock.pass(30 * SECOND)
      await enterCode(fromMail, shown(), 'Sign in')
      await seeHeading(fromMail, 'Hello, Mia Tanaka')
      expect(rig.complaints).to.deep.equal([])
    })
  }
})

async function askForLink(page: Page): Promise<void> {
  await page.goto('/lantern/sign-in')
  await page.getByRole('link', { name: 'Forgot password?' }).click()
  await page.getByLabel('Username or email').fill('miya')
  await press(page, 'Send Reset Link')
  await seeField(page, 'Username or email', 'is not correct')
  await page.getByLabel('Username or email').fill('mia')
  await press(page, 'Send Reset Link')
  await seeHeading(page, 'Request received, please check your email')
}

/** Reads the QR code off the screen as it is painted; `camera` is a page that may run scripts, to see its pixels. */
async function scan(page: Page, camera: Page): Promise<TOTP> {
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
async function download(page: Page): Promise<string[]> {
  const began = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download them as a text file' }).click()
  const file = await began
  expect(file.suggestedFilename()).to.equal('recovery-codes.txt')
  const text = await readFile(await file.path(), 'utf8')
  return text.split('\n').filter((line) => /^[a-z0-9]+(-[a-z0-9]+){4}$/.test(line))
}
