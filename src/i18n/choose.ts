import { FALLBACK_LOCALE } from './words.ts'

/**
 * The language of a page or message: the person's own, else the best of the browser's (`Accept-Language`, RFC 9110
 * §12.5.4), else the organization's, else English. Only languages that there are words for are chosen.
 */
export function chooseLocale(
  available: readonly string[],
  wishes: { person?: string | null; accepted?: string; organization?: string | null },
): string {
  const wanted = [
    wishes.person,
    ...acceptedLanguages(wishes.accepted ?? ''),
    wishes.organization,
    FALLBACK_LOCALE,
  ]
  for (const language of wanted) {
    const found = language && available.find((locale) => matches(locale, language))
    if (found) return found
  }
  return FALLBACK_LOCALE
}

function acceptedLanguages(header: string): string[] {
  return header
    .slice(0, 200)
    .split(',')
    .map((part) => {
      const [language = '', quality = 'q=1'] = part.trim().split(/\s*;\s*/)
      return { language, weight: Number(quality.replace(/^q=/, '')) || 0 }
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ language }) => language)
}

/** "en-GB" is served by "en"; "zh" and "zh-SG" by "zh-CN". */
function matches(locale: string, wanted: string): boolean {
  const [have, want] = [locale.toLowerCase(), wanted.toLowerCase()]
  return have === want || have.split('-')[0] === want.split('-')[0]
}
