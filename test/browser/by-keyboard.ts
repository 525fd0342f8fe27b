import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { heard } from './steps.ts'

/** More presses of Tab than any page has stops. */
const MOST_STOPS = 100

/** What every page begins with. */
const FIRST_STOP = 'Skip to the content'

/** Walks to the control with these words, and presses it. */
export async function go(page: Page, name: string): Promise<void> {
  await tabTo(page, name)
  await enter(page)
}

/** Presses Enter where one stands, and waits for the page that comes of it. */
export async function enter(page: Page): Promise<void> {
  await page.waitForLoadState()
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
}

/** Walks to a link to a place on the same page, and follows it. */
export async function follow(page: Page, name: string): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.press('Enter')
}

/** Walks to a field, which selects what stands in it, and types. */
export async function type(page: Page, name: string, text: string): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.type(text)
}

/** Walks on until the focus is at these words, on a page that is there whole: a press is over when the answer begins. */
export async function tabTo(page: Page, name: string): Promise<void> {
  await page.waitForLoadState()
  const passed: string[] = []
  while (passed.length < MOST_STOPS) {
    const { words, place } = await tab(page)
    if (words === name) return
    passed.push(place === 'nowhere' ? 'the end' : words)
  }
  throw new Error(`no way by keyboard to "${name}", only ${passed.join(', ')}`)
}

/**
 * What a screen reader says of the content, once Tab was seen to stop at its controls in the same order (WCAG 2.2 §2.4.3)
 * and to leave the page after the last one (§2.1.2). For a page that was just loaded.
 */
export async function inOrder(page: Page): Promise<string[]> {
  const lines = await heard(page, 'main')
  const controls = lines.map((line) => /^ *'?(?:link|button|textbox|checkbox) "(.*?)"/.exec(line)?.[1])
  expect(await stopsInMain(page)).to.deep.equal(controls.filter((name) => name !== undefined))
  // They go on while the page is walked.
  return lines.map((line) => line.replace(/: \d+"$/, ': (seconds)"'))
}

/** Every stop of Tab in the content, from where the focus is to the end of the page. */
async function stopsInMain(page: Page): Promise<string[]> {
  const stops: string[] = []
  for (let presses = 0; presses < MOST_STOPS; presses += 1) {
    const { words, place } = await tab(page)
    // A browser without a window has nothing behind a page, and may go to its first stop at once.
    if (place === 'nowhere' || (presses > 0 && words === FIRST_STOP)) return stops
    if (place === 'main') stops.push(words)
  }
  throw new Error(`the focus never leaves the page after ${stops.join(', ')}`)
}

/** A form was refused: the focus is on the summary, the title says it, and every fault is a link in the order of the page. */
export async function seeSummary(page: Page, faults: string[]): Promise<void> {
  await page.locator('[role=alert]:focus').waitFor()
  expect(await page.title()).to.match(/^Error: /)
  expect(await page.getByRole('alert').getByRole('link').allInnerTexts()).to.deep.equal(faults)
}

/** The words of what has the focus: its label's, or its own. */
export async function focused(page: Page): Promise<string> {
  return (await whereFocusIs(page)).words
}

/** Goes to the next stop; what has the focus must be seen to have it (WCAG 2.2 §2.4.7). */
async function tab(page: Page) {
  await page.keyboard.press('Tab')
  const stop = await whereFocusIs(page)
  // In a frame it is drawn around what is in there.
  if (stop.place !== 'nowhere' && stop.place !== 'a frame')
    expect(stop.outline, `the outline of "${stop.words}" in pixels`).to.be.at.least(2)
  return stop
}

async function whereFocusIs(page: Page) {
  return page.evaluate(() => {
    const element = document.activeElement ?? document.body
    const fields = [HTMLInputElement, HTMLTextAreaElement, HTMLSelectElement]
    const field = fields.some((kind) => element instanceof kind) ? (element as HTMLInputElement) : null
    const label = field ? field.labels?.[0] : element
    const around = element.tagName === 'IFRAME' ? 'a frame' : 'around it'
    const inside = element.closest('main') && element.tagName !== 'IFRAME' ? 'main' : around
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    return {
      words: label?.textContent.replace(/\s+/g, ' ').trim() ?? '',
      outline: outlineStyle === 'none' ? 0 : parseFloat(outlineWidth),
      place: element === document.body ? 'nowhere' : inside,
    }
  })
}
