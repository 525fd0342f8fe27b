import type { Context } from 'koa'
import { chooseLocale } from '../i18n/choose.ts'
import { cookiesOf } from './cookies.ts'
import type { WebParts } from './parts.ts'

/** A language as the foot of a page offers it, by its own name. */
export interface OfferedLanguage {
  locale: string
  name: string
  isCurrent: boolean
}

/** The languages that there are words for; none where there is nothing to choose. */
export function offeredLanguages({ words }: WebParts, current: string): OfferedLanguage[] {
  if (words.locales.length < 2) return []
  return words.locales.map((locale) => ({
    locale,
    name: words.in(locale)('layout.languages.name'),
    isCurrent: locale === current,
  }))
}

/** The language in which a page is answered; whose page it is and who is there may not be known. */
export function localeOf(
  ctx: Context,
  parts: WebParts,
  wishes: { person?: string | null; organization?: string } = {},
): string {
  return chooseLocale(parts.words.locales, {
    ...wishes,
    browser: cookiesOf(ctx, null, parts.publicUrl.startsWith('https:')).read('language') ?? null,
    accepted: ctx.get('Accept-Language'),
  })
}
