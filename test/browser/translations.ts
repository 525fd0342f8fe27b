/// <reference lib="dom" />
import { expect } from 'chai'
import type { Context } from 'koa'
import { parse } from 'node-html-parser'
import type { Page } from 'playwright-core'
import { FALLBACK_LOCALE, flatten } from '../../src/i18n/words.ts'
import englishWords from '../../config/locales/en.json' with { type: 'json' }
import { SAME_WORDS } from '../locales/same-words.ts'
import type { Portal } from '../support/portal.ts'
import { DESKTOP, PHONE, type Rig } from './rig.ts'

/** Looks at a page in the languages that it was not walked to in. */
export interface Translations {
  /** What is wrong with the page that a browser just opened, in the other languages, on a phone and on a desk. */
  faultsOf(page: Page): Promise<string[]>
}

type Render = (
  template: string,
  locals: { page: { isPreview?: boolean; lang?: string }; t: unknown },
) => Promise<void>

/** The last page that was answered, and the same in each other language. */
interface Answered {
  own: string
  others: { locale: string; html: string }[]
}

/** A piece of English that is too long to be anything else; shorter ones are compared as a whole. */
const LONG_PIECE = 12

const messages = flatten(englishWords).map(([, text]) => text)
const ENGLISH = {
  whole: messages.filter((text) => !text.includes('{') && !SAME_WORDS.includes(text)),
  pieces: messages
    .filter((text) => text.includes('{'))
    .flatMap((text) => text.split(/[{}]/).filter((_piece, index) => index % 2 === 0))
    .map((piece) => piece.trim())
    .filter((piece) => piece.length >= LONG_PIECE),
}

/**
 * Has a portal write every page that it answers with in its other languages, too, of the very same view: so a refused form
 * or a page that is shown once is seen in them without being walked to again. Instants stay as English wrote them.
 */
export async function openTranslations(rig: Rig): Promise<Translations> {
  const answered = keepTranslations(rig.portal)
  const readers = await Promise.all([PHONE, DESKTOP].map((viewport) => rig.person({ viewport })))
  for (const reader of readers) {
    await reader.goto('/harbour/sign-in')
    await reader.evaluate((english) => Object.assign(window, { english }), ENGLISH)
  }
  return {
    async faultsOf(page) {
      const { own, others } = answered()
      // Else what is looked at is not what the browser shows.
      expect(parse(own).querySelector('title')?.textContent.trim()).to.equal(await page.title())
      const found = await Promise.all(
        readers.map(async (reader) => {
          const faults = await reader.evaluate(readIn, others)
          return faults.map((fault) => `${fault} (${reader.viewportSize()?.width ?? 0})`)
        }),
      )
      return found.flat()
    },
  }
}

/** koa-views gives each request its `render`; here it renders for every language, the page's own last. */
function keepTranslations({ app }: Portal): () => Answered {
  const { words } = app.parts
  const locales = words.locales.filter((locale) => locale !== FALLBACK_LOCALE)
  let last: Answered | undefined
  Object.defineProperty(app.koa.context, 'render', {
    set(this: Context, render: Render) {
      const everyLanguage: Render = async (template, locals) => {
        // In a frame on the page that is looked at.
        if (locals.page.isPreview) return render(template, locals)
        const others = []
        for (const locale of locales) {
          await render(template, { ...locals, page: { ...locals.page, lang: locale }, t: words.in(locale) })
          others.push({ locale, html: String(this.body) })
        }
        await render(template, locals)
        last = { own: String(this.body), others }
      }
      Object.defineProperty(this, 'render', { value: everyLanguage })
    },
  })
  return () => {
    if (!last) throw new Error('no page was answered yet')
    return last
  }
}

/** Runs in the browser: puts each page into the frame that is open, and reads it as a person does. */
function readIn(pages: Answered['others']): string[] {
  const faults: string[] = []
  const { english } = window as unknown as { english: typeof ENGLISH }
  const whole = new Set(english.whole)
  const width = document.documentElement.clientWidth
  for (const { locale, html } of pages) {
    const parsed = new DOMParser().parseFromString(html, 'text/html')
    const { lang } = parsed.documentElement
    if (lang !== locale) faults.push(`${locale}: the page says that it is in ${lang}`)
    document.documentElement.lang = lang
    for (const frame of parsed.querySelectorAll('iframe')) frame.remove()
    document.body.replaceWith(document.adoptNode(parsed.body))
    for (const details of document.querySelectorAll('details')) details.open = true
    if (document.documentElement.scrollWidth > width) faults.push(`${locale}: it scrolls sideways`)
    const said = [parsed.title]
    for (const named of document.querySelectorAll('[aria-label]'))
      said.push(named.getAttribute('aria-label') ?? '')
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const around = text.parentElement
      const written = (text.textContent ?? '').replace(/\s+/g, ' ').trim()
      // What organizations and people wrote, names of languages, and mails that went out in English.
      if (!around || !written || around.closest('code, pre, svg, script, [lang]:not(html), .message'))
        continue
      said.push(written)
      if (around.closest('.visually-hidden, .skip')) continue
      const range = document.createRange()
      range.selectNodeContents(text)
      const { left, right } = range.getBoundingClientRect()
      const box = around.getBoundingClientRect()
      const { display, overflowX } = getComputedStyle(around)
      const mayScroll = display === 'inline' || overflowX === 'auto' || overflowX === 'scroll'
      if (right > width + 1 || left < -1 || (!mayScroll && (right > box.right + 1 || left < box.left - 1)))
        faults.push(`${locale}: “${written}” does not fit`)
    }
    for (const words of said)
      if (whole.has(words) || english.pieces.some((piece) => words.includes(piece)))
        faults.push(`${locale}: “${words}” is English`)
  }
  return faults
}
