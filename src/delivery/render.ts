import nunjucks from 'nunjucks'
import type { Translate, Words } from '../i18n/words.ts'
import type { LetterData, MessageName } from './message.ts'

/** A mail's words. */
export interface Rendered {
  subject: string
  text: string
  html: string
}

export interface Renderer {
  /** Writes a message in a language. Throws for words or data that are missing, so that no mail leaves with a hole in it. */
  render<Name extends MessageName>(name: Name, locale: string, data: LetterData[Name]): Rendered
}

const LONGEST_SUBJECT = 200

/** Writes messages with the templates in `messages/` of a folder. Each template is compiled once. */
export function createRenderer(words: Words, templatesFolder: string): Renderer {
  // Two of them, because escaping is a property of the whole environment: HTML escapes, plain text must not. Each has a
  // loader of its own, because the loader keeps what was compiled, escaping or not.
  const environment = (autoescape: boolean) =>
    new nunjucks.Environment(new nunjucks.FileSystemLoader(templatesFolder), {
      autoescape,
      throwOnUndefined: true,
    })
  const [html, text] = [environment(true), environment(false)]
  return {
    render(name, locale, data) {
      const t: Translate = words.in(locale)
      const locals = { t, message: { ...data, lang: locale } }
      return {
        subject: oneLine(t(`messages.${name}.subject`, { organization: data.organization.name })),
        text: text.render(`messages/${name}.txt.njk`, locals),
        html: html.render(`messages/${name}.html.njk`, locals),
      }
    },
  }
}

/**
 * A subject without anything that could end its header or turn its reading direction round (an organization's name is in
 * it), and no longer than mail programs show.
 */
function oneLine(subject: string): string {
  const plain = subject
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
  return Array.from(plain).slice(0, LONGEST_SUBJECT).join('')
}
