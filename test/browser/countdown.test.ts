import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { SECOND } from '../../src/platform/clock.ts'
import { openRig, type Rig } from './rig.ts'
import { askForCode, press } from './steps.ts'

const WAIT = 'Seconds until you can ask for a new code: '

describe('the wait for a new code', () => {
  let rig: Rig

  before(async () => (rig = await openRig()))
  after(() => rig.close())
  afterEach(() => expect(rig.complaints).to.deep.equal([]))

  it('counts down, and the line goes away when it is over', async () => {
    const page = await rig.person()
    await stopClock(page)
    await askForCode(page, 'summit', 'olivia')
    // Else the clock is moved before the page's script has looked at it.
    await page.waitForLoadState()
    expect(await waitOn(page)).to.equal(`${WAIT}30`)
    expect(await edgeOfButton(page), 'it does not look as if it could be pressed').to.equal('dashed')
    await page.clock.runFor(SECOND)
    expect(await waitOn(page)).to.equal(`${WAIT}29`)
    await page.clock.runFor(28 * SECOND)
    expect(await waitOn(page)).to.equal(`${WAIT}1`)
    await page.clock.runFor(SECOND)
    expect(await page.locator('#wait').count()).to.equal(0)
    expect(await edgeOfButton(page)).to.equal('solid')
    await page.context().close()
  })

  it('is right again after the phone has slept', async () => {
    const page = await rig.person()
    await stopClock(page)
    await askForCode(page, 'summit', 'olivia')
    // Else the clock is moved before the page's script has looked at it.
    await page.waitForLoadState()
    await page.clock.fastForward(20 * SECOND)
    expect(await waitOn(page)).to.equal(`${WAIT}10`)
    await page.context().close()
  })

  it('stands still without scripts, in the same words', async () => {
    const page = await rig.person({ javaScriptEnabled: false })
    await askForCode(page, 'summit', 'olivia')
    // Else the clock is moved before the page's script has looked at it.
    await page.waitForLoadState()
    expect(await waitOn(page)).to.equal(`${WAIT}30`)
    expect(await edgeOfButton(page)).to.equal('dashed')
    await page.context().close()
  })

  it('is said with the button, which answers all the while', async () => {
    const page = await rig.person()
    await askForCode(page, 'summit', 'olivia')
    // Else the clock is moved before the page's script has looked at it.
    await page.waitForLoadState()
    const button = page.getByRole('button', { name: 'Send a new code' })
    expect(await button.getAttribute('aria-describedby')).to.equal('wait')
    await press(page, 'Send a new code')
    await page.getByRole('alert').getByText('You can ask for a new one in 30 seconds.').waitFor()
    rig.portal.clock.pass(30 * SECOND)
    await press(page, 'Send a new code')
    await page.getByText('We have asked for a new code.').waitFor()
    await page.context().close()
  })
})

/** From here on the page's time is what the test lets pass; without the second step it would go on by itself. */
async function stopClock(page: Page): Promise<void> {
  await page.clock.install({ time: 0 })
  await page.clock.pauseAt(SECOND)
}

function edgeOfButton(page: Page): Promise<string> {
  const button = page.getByRole('button', { name: 'Send a new code' })
  return button.evaluate((one) => getComputedStyle(one).borderTopStyle)
}

function waitOn(page: Page): Promise<string> {
  return page.locator('#wait').innerText()
}
