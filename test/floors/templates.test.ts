import { expect } from 'chai'
import { filesUnder, lineAt, type SourceFile } from './source.ts'

/** Names of classes and ids that stand outside a tag, because a template builds its tag of them. */
const NOT_WORDS = [
  /{%-? block frame -?%}[\s\S]*?{%-? endblock -?%}/g,
  /{%-? set describedBy -?%}[\s\S]*?{%-? endset -?%}/g,
]

/** Mail programs drop style sheets, so mails, and only they, carry their styles inline. */
const OF_MAILS = /^templates\/(messages\/|macros\/mail\.njk$)/

interface Rule {
  name: string
  holdsFor: (path: string) => boolean
  /** Finds what breaks the rule, in a template whose own code was blanked out. */
  pattern: RegExp
  /** Looks past the tags, at what a person reads. */
  readsWordsOnly?: true
  instead: string
  example: string
}

const RULES: Rule[] = [
  {
    name: 'no inline style: the content security policy drops it',
    holdsFor: (path) => !OF_MAILS.test(path),
    pattern: /<[^>]*\sstyle\s*=|<style\b/gi,
    instead: 'give it a class and a rule in templates/assets/styles',
    example: '<p style="color:red">',
  },
  {
    name: 'no inline script: the content security policy drops it',
    holdsFor: () => true,
    pattern: /<script(?![^>]*\ssrc=)[^>]*>|<[^>]*\son[a-z]+\s*=|javascript:/gi,
    instead: 'put it in src/web/browser and let it find its element',
    example: '<button onclick="go()">',
  },
  {
    name: 'every word comes from the locale files',
    holdsFor: () => true,
    pattern: /\p{L}[^\n]*/gu,
    readsWordsOnly: true,
    instead: 'give it a key in config/locales and print it with t()',
    example: '<p>{{ name }}, welcome</p>',
  },
  {
    name: 'what is read aloud or shown on hover comes from the locale files too',
    holdsFor: () => true,
    pattern: /\s(title|alt|placeholder|aria-label|aria-description|summary|label)="[^"]*\p{L}[^"]*"/gu,
    instead: 'give it a key in config/locales and print it with t()',
    example: '<img alt="A key">',
  },
]

describe('templates: no word, style or script of their own', () => {
  const templates = filesUnder(['templates'], ['.njk'])

  for (const rule of RULES) {
    it(rule.name, () => {
      expect(templates.flatMap((template) => faultsIn(template, rule)).join('\n')).to.equal('')
    })

    it(`sees ${rule.example}`, () => {
      const text = `\n${rule.example}\n`
      expect(faultsIn({ path: 'templates/recover/link.njk', text }, rule)[0]).to.match(/link\.njk:2 /)
    })
  }

  it('every form says how it is sent, and one that posts carries the form token', () => {
    expect(templates.flatMap(formFaultsIn).join('\n')).to.equal('')
  })

  it('sees a form without a token', () => {
    const text = '<form method="post">{{ button(t(words)) }}</form>'
    expect(formFaultsIn({ path: 'templates/recover/link.njk', text })).to.have.length(1)
  })
})

function faultsIn({ path, text }: SourceFile, rule: Rule): string[] {
  if (!rule.holdsFor(path)) return []
  const readable = NOT_WORDS.reduce(blanked, text)
  const markup = blanked(readable, /\{#[\s\S]*?#\}|\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}/g)
  const seen = rule.readsWordsOnly ? blanked(markup, /<style\b[\s\S]*?<\/style>|<[^>]*>|&\w+;/g) : markup
  return [...seen.matchAll(rule.pattern)].map(
    ({ 0: found, index }) => `${path}:${lineAt(text, index)} ${found.trim()}: ${rule.instead}`,
  )
}

function formFaultsIn({ path, text }: SourceFile): string[] {
  return [...text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].flatMap(
    ([, attributes = '', content = ''], index) => {
      const method = /\bmethod="(get|post)"/.exec(attributes)?.[1]
      if (!method) return [`${path}: form ${index + 1} does not say whether it is get or post`]
      if (method === 'post' && !content.includes('form_token(csrf)')) {
        return [`${path}: form ${index + 1} posts without {{ form_token(csrf) }} and would be refused`]
      }
      return []
    },
  )
}

/** The text with every match as blanks, so that offsets and lines stay. */
function blanked(text: string, pattern: RegExp): string {
  return text.replace(pattern, (found) => found.replace(/[^\n]/g, ' '))
}
