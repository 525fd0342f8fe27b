import nunjucks from 'nunjucks'
import { initialOf } from '../i18n/initial.ts'
import type { Translate, Words } from '../i18n/words.ts'
import type { LetterData } from './letter.ts'
import { CHANNELS, type MessageName } from './message.ts'
import { fitted } from './sms-text.ts'

/** The words of a message: a mail's, or a text's. */
export type Rendered<Name extends MessageName> = {
  [One in Name]: (typeof CHANNELS)[One] extends 'sms'
    ? { text: string }
    : { subject: string; text: string; html: string }
}[Name]

export interface Renderer {
  /** Writes a message in a language. Throws for words or data that are missing, so that none leaves with a hole in it. */
  render<Name extends MessageName>(name: Name, locale: string, data: LetterData[Name]): Rendered<Name>
}

const LONGEST_LINE = 200

/** Writes messages with the templates in `messages/` of a folder. Each template is compiled once. */
export function createRenderer(words: Words, templatesFolder: string): Renderer {
  // Two of them, because escaping is a property of the whole environment: HTML escapes, plain text must not. Each has a
  // loader of its own, because the loader keeps what was compiled, escaping or not.
  const environment = (autoescape: boolean) =>
    new nunjucks.Environment(new nunjucks.FileSystemLoader(templatesFolder), {
      autoescape,
      throwOnUndefined: true,
    }).addFilter('initial', initialOf)
  const [html, text] = [environment(true), environment(false)]
  function renderMail(name: MessageName, locale: string, data: LetterData[MessageName]): Rendered<'welcome'> {
    const t: Translate = words.in(locale)
    const locals = { t, message: { ...data, lang: locale } }
    return {
      subject: oneLine(t(`messages.${name}.subject`, { organization: data.organization.name })),
      text: text.render(`messages/${name}.txt.njk`, locals),
      html: html.render(`messages/${name}.html.njk`, locals),
    }
  }
  function renderSms(
    name: MessageName,
    locale: string,
    data: LetterData[MessageName],
  ): Rendered<'recover-code'> {
    const t: Translate = words.in(locale)
    const write = (organization: string) =>
      text.render(`messages/${name}.sms.njk`, {
        t,
        message: { ...data, organization: { name: organization } },
      })
    return { text: fitted(oneLine(data.organization.name), write).trim() }
  }
  return {
    render: (name, locale, data) => {
      const render = CHANNELS[name] === 'sms' ? renderSms : renderMail
      return render(name, locale, data) as Rendered<typeof name>
    },
  }
}

/**
 * A text without anything that could end its line, say that of a mail's subject, or turn its reading direction round (an
 * organization's name is in it), and no longer than mail programs show.
 */
function oneLine(line: string): string {
  const plain = line
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
  return Array.from(plain).slice(0, LONGEST_LINE).join('')
}
