import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'

/** Translates a key (dotted, as in the locale file) with its values. Throws on a key that has no words. */
export type Translate = (key: string, params?: Record<string, string | number>) => string

/** All words of the product, by locale. */
export interface Words {
  readonly locales: readonly string[]
  in(locale: string): Translate
}

/** The locale of everything that has no other. */
export const FALLBACK_LOCALE = 'en'

/**
 * Reads `<locale>.json` for each locale in a folder and compiles every message (ICU MessageFormat). Throws at once for
 * a message that does not parse, so that a bad translation stops the start and not a page.
 */
export function loadWords(folder: string): Words {
  const byLocale = new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.replace('.json', ''))
      .map((locale) => [locale, compile(locale, readFileSync(join(folder, `${locale}.json`), 'utf8'))]),
  )
  return {
    locales: [...byLocale.keys()],
    in(locale) {
      const fallback = byLocale.get(FALLBACK_LOCALE)
      const messages = byLocale.get(locale)
      return (key, params) => {
        // A sentence in English serves people better than a page that fails.
        const message = messages?.get(key) ?? fallback?.get(key)
        if (!message) throw new Error(`no words for "${key}" in ${locale}`)
        return String(message.format(params))
      }
    },
  }
}

/** The messages of a locale file under their dotted keys: `{ a: { b: "…" } }` is `a.b`. */
export function flatten(tree: object, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'string') return [[prefix + name, value] as [string, string]]
    return flatten(value as object, `${prefix}${name}.`)
  })
}

function compile(locale: string, json: string): Map<string, IntlMessageFormat> {
  return new Map(
    flatten(JSON.parse(json) as object).map(([key, text]) => {
      try {
        // Words are text, never markup: a "<" in them is shown as it is.
        return [key, new IntlMessageFormat(text, locale, undefined, { ignoreTag: true })]
      } catch (error) {
        throw new Error(`the words for "${key}" in ${locale} cannot be read`, { cause: error })
      }
    }),
  )
}
