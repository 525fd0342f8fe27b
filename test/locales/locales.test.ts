import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { IntlMessageFormat } from 'intl-messageformat'
import ts from 'typescript'
import { FALLBACK_LOCALE, flatten } from '../../src/i18n/words.ts'
import { projectRoot } from '../../src/platform/root.ts'
import { filesUnder, lineAt } from '../floors/source.ts'
import { FAMILIES } from './families.ts'
import { SAME_WORDS } from './same-words.ts'
import { wordsAskedByTemplates, type Asked } from './template-words.ts'

const folder = join(projectRoot, 'config', 'locales')

/** Names that a document gives its buttons, links and fields, and where ours stand. */
const NAMES_OF_THE_DOCUMENTS: Record<string, string> = {
  'signin.sign-in.forgot': 'Forgot password?',
  'ways.email-link.button': 'Send Reset Link',
  'ways.sms-code.button': 'Send SMS OTP',
  'recover.identify.button': 'Proceed',
  'recover.choose.button': 'Proceed',
  'recover.code.button': 'Continue',
  'messages.recover-link.button': 'Reset Password',
  'recover.link.button': 'Continue',
  'password.new': 'New Password',
  'password.confirm': 'Confirm New Password',
  'recover.password.button': 'Create Password',
}

type Message = ReturnType<IntlMessageFormat['getAst']>

describe('locales: every word that is asked for is there, and no other', () => {
  const locales = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => [name.replace('.json', ''), wordsOf(name)]),
  )
  const english = locales.get(FALLBACK_LOCALE) ?? new Map<string, string>()
  const asked = [...wordsAskedByTemplates(), ...wordsAskedByCode([...english.keys()])]

  it('every key that a template or the code asks for has words', () => {
    const whole = asked.filter(({ isWhole, key }) => isWhole && !english.has(key))
    const made = FAMILIES.flatMap(({ beginning, endings }) => endings.map((ending) => beginning + ending))
    expect([
      ...whole.map(({ at, key }) => `${at} asks for "${key}", which has no words`),
      ...made.filter((key) => !english.has(key)).map((key) => `"${key}" can be asked for and has no words`),
    ]).to.deep.equal([])
  })

  it('every key that is put together at run time belongs to a family in families.ts', () => {
    const beginnings = FAMILIES.map(({ beginning }) => beginning)
    const unknown = asked.filter(({ isWhole, key }) => !isWhole && key !== '' && !beginnings.includes(key))
    expect(
      unknown.map(({ at, key }) => `${at} puts "${key}…" together: say in families.ts how it can end`),
    ).to.deep.equal([])
  })

  it('no family is left of a page that is gone', () => {
    const gone = FAMILIES.filter(
      ({ beginning }) => !asked.some(({ key, isWhole }) => !isWhole && key === beginning),
    )
    expect(gone.map(({ beginning }) => `nothing asks for "${beginning}…" any more`)).to.deep.equal([])
  })

  it('every key is asked for by something', () => {
    const used = new Set([
      ...asked.filter(({ isWhole }) => isWhole).map(({ key }) => key),
      ...FAMILIES.flatMap(({ beginning, endings }) => endings.map((ending) => beginning + ending)),
    ])
    const unused = [...english.keys()].filter((key) => !used.has(key))
    expect(unused.map((key) => `"${key}" is asked for by nothing`)).to.deep.equal([])
  })

  it('a template gives along every value that the words need', () => {
    const faults = asked.flatMap(({ at, key, isWhole, given }) => {
      const words = english.get(key)
      if (!isWhole || given === null || words === undefined) return []
      const missing = [...placeholdersOf(messageOf(FALLBACK_LOCALE, words)).keys()].filter(
        (name) => !given.includes(name),
      )
      return missing.map((name) => `${at} asks for "${key}" without "${name}"`)
    })
    expect(faults).to.deep.equal([])
  })

  it('the buttons have the names that the documents give them', () => {
    for (const [key, name] of Object.entries(NAMES_OF_THE_DOCUMENTS))
      expect(english.get(key), key).to.equal(name)
  })

  for (const [locale, words] of locales) {
    describe(locale, () => {
      it('has words for the keys that English has', () => {
        expect([...words.keys()].toSorted()).to.deep.equal([...english.keys()].toSorted())
      })

      it('takes the same values as English, in the same way', () => {
        const faults = [...words].filter(([key, text]) => {
          const [ours, theirs] = [text, english.get(key) ?? text].map((one) =>
            JSON.stringify([...placeholdersOf(messageOf(locale, one))].toSorted()),
          )
          return ours !== theirs
        })
        expect(faults.map(([key]) => key)).to.deep.equal([])
      })

      it('has the plural forms that its language has, and no other', () => {
        const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories
        const faults = [...words].filter(([, text]) =>
          pluralsOf(messageOf(locale, text)).some(
            (plural) =>
              plural
                .filter((form) => !form.startsWith('='))
                .toSorted()
                .join() !== forms.toSorted().join(),
          ),
        )
        expect(faults.map(([key]) => key)).to.deep.equal([])
      })

      it('says nothing in English but names', () => {
        const same = [...words].filter(
          ([key, text]) =>
            locale !== FALLBACK_LOCALE && text === english.get(key) && !SAME_WORDS.includes(text),
        )
        expect(same.map(([key, text]) => `${key} is still “${text}”`)).to.deep.equal([])
      })

      it('is plain text: no markup, no stray space, straight quotes only in code', () => {
        const faults = [...words].flatMap(([key, text]) =>
          oddities(text).map((oddity) => `${key}: ${oddity}`),
        )
        expect(faults).to.deep.equal([])
      })

      it('says something under each key', () => {
        expect([...words].filter(([, text]) => text.trim() === '').map(([key]) => key)).to.deep.equal([])
      })
    })
  }
})

function wordsOf(name: string): Map<string, string> {
  return new Map(flatten(JSON.parse(readFileSync(join(folder, name), 'utf8')) as object))
}

/** Throws for words that do not parse, as the start of the product does. */
function messageOf(locale: string, text: string): Message {
  return new IntlMessageFormat(text, locale, undefined, { ignoreTag: true }).getAst()
}

/** The values of a message and how each is used; of a choice, also between what. */
function placeholdersOf(message: Message): Map<string, string> {
  const found = new Map<string, string>()
  for (const part of message) {
    if (!('options' in part)) {
      if (isArgument(part)) found.set(part.value, found.get(part.value) ?? KINDS[part.type] ?? '')
      continue
    }
    // Plural forms differ from language to language; what a select chooses between does not.
    const isPlural = 'pluralType' in part
    found.set(part.value, isPlural ? 'plural' : `select ${Object.keys(part.options).toSorted().join(', ')}`)
    for (const { value } of Object.values(part.options)) {
      for (const [name, use] of placeholdersOf(value)) if (!found.has(name)) found.set(name, use)
    }
  }
  return found
}

/** The parser's kinds of what is given; 0 is text, and 7 the `#` of a plural. */
const KINDS: Record<number, string> = { 1: 'text', 2: 'number', 3: 'date', 4: 'time' }

function isArgument(part: Message[number]): part is Extract<Message[number], { value: string }> {
  return part.type in KINDS
}

/** Of each plural of a message, the forms that it has. */
function pluralsOf(message: Message): string[][] {
  return message.flatMap((part) => {
    if (!('options' in part)) return []
    const within = Object.values(part.options).flatMap(({ value }) => pluralsOf(value))
    return 'pluralType' in part ? [Object.keys(part.options), ...within] : within
  })
}

function oddities(text: string): string[] {
  const odd: [RegExp, string][] = [
    [/<\/?[a-z!]|&[a-z]+;/i, 'markup, which would be printed as it is'],
    [/ {2}|^\s|\s$|[\t\n]/, 'a space too many'],
    [/"/, 'a straight quote; “…” reads better'],
    [/\.\.\./, 'three dots; … is one character'],
  ]
  return odd.filter(([pattern]) => pattern.test(text)).map(([, oddity]) => oddity)
}

/** Keys in the code of pages and of the mail renderer: texts, whole or begun, that start like a group of words. */
function wordsAskedByCode(keys: string[]): Asked[] {
  const groups = new Set(keys.map((key) => key.split('.')[0]))
  const isKey = (text: string) => /^[A-Za-z]+\.[\w.-]*$/.test(text) && groups.has(text.split('.')[0])
  const asking = filesUnder(['src'], ['.ts']).filter(({ path }) => /^src\/(web|delivery\/render)/.test(path))
  return asking.flatMap(({ path, text }) => {
    const found: Asked[] = []
    const look = (node: ts.Node): void => {
      const isWhole = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)
      if ((isWhole || ts.isTemplateHead(node)) && isKey(node.text)) {
        found.push({ at: `${path}:${lineAt(text, node.getStart())}`, key: node.text, isWhole, given: null })
      }
      ts.forEachChild(node, look)
    }
    look(ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true))
    return found
  })
}
