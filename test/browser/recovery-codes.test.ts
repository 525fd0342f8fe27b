import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { codeOfApp } from '../support/steps.ts'
import { openRig, type Rig } from './rig.ts'
import { enterCode, followNewLink, keyOn, seeHeading } from './steps.ts'

/** What people do with their recovery codes; the download is part of S3's own walk. */
describe('the recovery codes', () => {
  let rig: Rig
  let page: Page
  let codes: string[]

  before(async () => {
    rig = await openRig()
    page = await rig.person()
    await followNewLink(page, rig.portal, 'lantern', 'mia')
    await enterCode(page, codeOfApp(rig.portal.clock.now(), await keyOn(page)))
    await seeHeading(page, 'Keep your recovery codes')
    codes = await page.locator('.codes code').allInnerTexts()
  })
  after(() => rig.close())
  afterEach(() => expect(rig.complaints).to.deep.equal([]))

  it('are copied by a press, and the page says so', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy them all' }).click()
    await page.getByRole('status').getByText('Copied.').waitFor()
    const clipboard = await page.evaluate(() => navigator.clipboard.readText())
    expect(clipboard.split('\n')).to.deep.equal(codes)
  })

  it('are to be selected where the browser does not allow it, and the page says so', async () => {
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))
    })
    await page.getByRole('button', { name: 'Copy them all' }).click()
    await page.getByRole('status').getByText('Please select them above.').waitFor()
  })

  it('are printed by a press', async () => {
    const printed = page.evaluate(
      () => new Promise((resolve) => window.addEventListener('beforeprint', resolve, { once: true })),
    )
    await page.getByRole('button', { name: 'Print them' }).click()
    await printed
  })

  it('are printed on one sheet, black on white, with whose they are and without buttons', async () => {
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const seen = async (selector: string) => page.locator(selector).first().isVisible()
    for (const selector of ['.home', 'h1', '.lead', '.codes'])
      expect(await seen(selector), selector).to.equal(true)
    for (const selector of ['#code', '.keep', 'button', '.steps', '.demo-note'])
      expect(await seen(selector), selector).to.equal(false)
    for (const selector of ['.home', 'h1', '.lead', '.codes code'])
      expect(await coloursOf(page, selector), selector).to.deep.equal({
        ink: 'rgb(0, 0, 0)',
        paper: 'rgb(255, 255, 255)',
      })
    const sheets = (await page.pdf({ format: 'A4' })).toString('latin1').match(/\/Type\s*\/Page\b/g)
    expect(sheets).to.have.length(1)
  })
})

/** The colour of the words, and of what is painted behind them. */
function coloursOf(page: Page, selector: string): Promise<{ ink: string; paper: string }> {
  return page
    .locator(selector)
    .first()
    .evaluate((element) => {
      let behind: Element = element
      while (behind.parentElement && getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)')
        behind = behind.parentElement
      return { ink: getComputedStyle(element).color, paper: getComputedStyle(behind).backgroundColor }
    })
}
