import { FALLBACK_LOCALE } from './words.ts'

/** More of `Accept-Language` than this is nobody's list of languages. */
const LONGEST_LIST = 200

/**
 * The language of a page or message: the person's own, else what was chosen in this browser, else the best of what the
 * browser accepts (`Accept-Language`, RFC 9110 §12.5.4), else the organization's, else English. Only languages that there
 * are words for are chosen.
 */
export function chooseLocale(
  available: readonly string[],
  wishes: {
    person?: string | null
    browser?: string | null
    accepted?: string
    organization?: string | null
  },
): string {
  const wanted = [
    wishes.person,
    wishes.browser,
    ...acceptedLanguages(wishes.accepted ?? ''),
    wishes.organization,
  ]
  for (const language of wanted) {
    const found = language && available.find((locale) => readingOf(locale) === readingOf(language))
    if (found) return found
  }
  return FALLBACK_LOCALE
}

function acceptedLanguages(header: string): string[] {
  return header
    .slice(0, LONGEST_LIST)
    .split(',')
    .map((part) => {
      const [language = '', quality = 'q=1'] = part.trim().split(/\s*;\s*/)
      return { language, weight: Number(quality.replace(/^q=/i, '')) || 0 }
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ language }) => language)
}

/** Where Chinese is written in traditional characters, unless a tag says otherwise. */
const TRADITIONAL = ['tw', 'hk', 'mo']

/**
 * A language as far as it decides whether somebody can read the words: "en-GB" is served by "en", "zh" and "zh-SG" by
 * "zh-CN", and "in", as Indonesian was once tagged, by "id". "zh-TW" and "zh-HK" are written in other characters than
 * "zh-CN", and go on to the next wish.
 */
function readingOf(tag: string): string {
  const [language = '', ...subtags] = tag.toLowerCase().split('-')
  if (language === 'in') return 'id'
  if (language !== 'zh' || subtags.includes('hans')) return language
  return ['hant', ...TRADITIONAL].some((subtag) => subtags.includes(subtag)) ? 'zh-hant' : language
}
