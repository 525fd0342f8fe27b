import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { openRig, type Rig } from './rig.ts'
import { newestLink } from './steps.ts'

/** More presses of Tab than any page of the journey has stops. */
const MOST_STOPS = 25

/** WCAG 2.2 §2.1.1 and §2.4.7: no pointer is touched here, and whatever has the focus shows it. */
describe('the keyboard alone', () => {
  let rig: Rig
  let page: Page

  before(async () => {
    rig = await openRig()
    page = await rig.person()
  })
  after(() => rig.close())

  it('skips what stands before the content', async () => {
    await page.goto('/harbour/sign-in')
    await page.keyboard.press('Tab')
    expect(await focused(page)).to.equal('Skip to the content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await focused(page)).to.equal('Username or email')
  })

  it('gets from sign-in to a new password', async () => {
    await page.goto('/harbour/sign-in')
    await go(page, 'Forgot password?')
    await type(page, 'Email', 'mia@harbour.example')
    await go(page, 'Send Reset Link')
    await rig.portal.deliver()
    await page.goto(await newestLink(rig.portal))
    await go(page, 'Continue')
    await type(page, 'New Password', 'Tr4vel-Lamp!9')
    await type(page, 'Confirm New Password', 'Tr4vel-Lamp!9')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/harbour/recover/done')
    await go(page, 'Sign in')
    await page.waitForURL('**/harbour/sign-in')
    await type(page, 'Username or email', 'mia@harbour.example')
    await type(page, 'Password', 'Tr4vel-Lamp!9')
    await go(page, 'Sign in')
    await page.waitForURL('**/harbour/account')
    expect(rig.complaints).to.deep.equal([])
  })
})

/** Walks to the control with these words, and presses it. */
async function go(page: Page, name: string): Promise<void> {
  await tabTo(page, name)
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
}

async function type(page: Page, name: string, text: string): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.type(text)
}

async function tabTo(page: Page, name: string): Promise<void> {
  const passed: string[] = []
  while (passed.length < MOST_STOPS) {
    await page.keyboard.press('Tab')
    const here = await focused(page)
    expect(await showsFocus(page), `the focus shows on "${here}"`).to.equal(true)
    if (here === name) return
    passed.push(here)
  }
  throw new Error(`no way by keyboard to "${name}", only ${passed.join(', ')}`)
}

/** The words of what has the focus: its label's, or its own. */
async function focused(page: Page): Promise<string> {
  const words = await page.evaluate(() => {
    const element = document.activeElement
    const label = element instanceof HTMLInputElement ? element.labels?.[0] : element
    return label?.textContent ?? ''
  })
  return words.replace(/\s+/g, ' ').trim()
}

async function showsFocus(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (!element) return false
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2
  })
}
