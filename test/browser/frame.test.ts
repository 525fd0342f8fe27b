import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { DESKTOP, openRig, PHONE, type Rig } from './rig.ts'

describe('the frame of a page', () => {
  let rig: Rig

  afterEach(() => rig.close())

  for (const isDemo of [true, false]) {
    it(`has the organization beside the page on a desk and above it on a phone, ${isDemo ? 'in' : 'outside'} the demo`, async () => {
      rig = await openRig({ isDemo })
      const page = await rig.person({ viewport: DESKTOP })
      await page.goto('/meadow/sign-in')
      const desk = await boxes(page)
      expect(desk.leaf.x + desk.leaf.width, 'ends before the page begins').to.be.at.most(desk.main.x)
      expect(desk.leaf.height, 'fills the window').to.be.above(DESKTOP.height * 0.8)
      expect(desk.footer.y, 'help stands below').to.be.at.least(desk.main.y + desk.main.height)

      await page.setViewportSize(PHONE)
      const phone = await boxes(page)
      expect(phone.leaf.y + phone.leaf.height, 'ends before the page begins').to.be.at.most(phone.main.y)
      expect(phone.main.y, 'leaves the window to the page').to.be.below(PHONE.height / 4)
    })
  }
})

async function boxes(page: Page) {
  const boxOf = async (selector: string) => {
    const box = await page.locator(selector).boundingBox()
    if (!box) throw new Error(`${selector} is not to be seen`)
    return box
  }
  return { leaf: await boxOf('header'), main: await boxOf('main'), footer: await boxOf('footer') }
}
