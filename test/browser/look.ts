/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { Scene } from './every-page.ts'
import { DESKTOP, PHONE } from './rig.ts'
import type { Translations } from './translations.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const AT_HAND = `window.unpackAxe = () => {${axe}}`

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/**
 * What can differ between a desk in the light and a phone in the dark: both have the same elements in the same order, and a
 * desk shows all that a phone shows.
 */
const OF_COLOUR_AND_SIZE = [
  'color-contrast',
  'link-in-text-block',
  'target-size',
  'scrollable-region-focusable',
]

/** WCAG 2.2 §1.4.10: at this width everything is read by scrolling down alone. */
const NARROW = { width: 320, height: 640 }

/** Looks at pages in each size, light, dark and language; throws with all that is wrong with them. */
export async function lookAt(
  scenes: AsyncGenerator<Scene>,
  translations: Translations,
  { atLeast }: { atLeast: number },
): Promise<void> {
  const faults: string[] = []
  const judged = new Set<string>()
  const equipped = new WeakSet<Page>()
  let looks = 0
  for await (const { state, page, isMail } of scenes) {
    looks += 1
    // A press is over when the answer begins.
    await page.waitForLoadState()
    if (!isMail) faults.push(...(await translations.faultsOf(page)).map((fault) => `${state}: ${fault}`))
    await page.setViewportSize(NARROW)
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    if (width > NARROW.width) faults.push(`${state} is ${width} wide on a screen of ${NARROW.width}`)
    // Two pages that differ by nothing but their words are one to axe-core.
    const build = await page.evaluate(buildOf)
    if (judged.has(build)) continue
    judged.add(build)
    if (!equipped.has(page)) {
      // To send half a megabyte costs as much as to judge a page: each tab gets it once, and takes it on to its next pages.
      await page.addInitScript(AT_HAND)
      await page.evaluate(AT_HAND)
      equipped.add(page)
    }
    await page.evaluate('unpackAxe()')
    for (const [size, colorScheme, rules] of [
      [PHONE, 'dark', OF_COLOUR_AND_SIZE],
      [DESKTOP, 'light', isMail ? WCAG : [...WCAG, 'best-practice']],
    ] as const) {
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme })
      const where = `${state} (${colorScheme}, ${size.width})`
      faults.push(...(await faultsOf(page, rules)).map((fault) => `${where}: ${fault}`))
    }
  }
  expect(faults, 'what axe-core and the narrow screen found').to.deep.equal([])
  expect(looks, 'pages looked at').to.be.at.least(atLeast)
}

/** Runs in the browser: all elements with all that a style, a role or a name can hang on, without the words. */
function buildOf(): string {
  const saysNothing = new Set(['src', 'action', 'value', 'datetime', 'content', 'd', 'points'])
  return [...document.querySelectorAll('*')]
    .map(({ tagName, parentElement, attributes, textContent }) => {
      // The colours of an organization are in the address of its styles.
      const told = [...attributes].filter(
        ({ name }) => !saysNothing.has(name) && (name !== 'href' || tagName === 'LINK'),
      )
      const isNamed = textContent.trim() !== ''
      return [parentElement?.tagName, tagName, isNamed, ...told.map(({ name, value }) => `${name}=${value}`)]
    })
    .join('\n')
}

/** What axe-core finds wrong with the page as it is shown now: the rule, and the element with the reason. */
async function faultsOf(page: Page, rules: readonly string[]): Promise<string[]> {
  const options: RunOptions = { runOnly: [...rules], resultTypes: ['violations'], iframes: false }
  const { violations } = await page.evaluate(
    (given) => (window as unknown as { axe: { run(o: unknown): Promise<AxeResults> } }).axe.run(given),
    options,
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id} at ${node.html}: ${node.failureSummary}`),
  )
}
