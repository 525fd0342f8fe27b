import { expect } from 'chai'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flatten, loadWords, type Words } from '../../src/i18n/words.ts'
import { formatInstant } from '../../src/i18n/format.ts'

/** Words of these locales, read from files as the product reads its own. */
function wordsOf(locales: Record<string, object>): Words {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-words-'))
  try {
    for (const [locale, tree] of Object.entries(locales))
      writeFileSync(join(folder, `${locale}.json`), JSON.stringify(tree))
    writeFileSync(join(folder, 'README.txt'), 'not words')
    return loadWords(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('Words', () => {
  const words = wordsOf({
    en: {
      page: { title: 'Hello {name}', tries: '{count, plural, one {# try} other {# tries}} left' },
      tag: '<b>{name}</b>',
    },
    id: { page: { title: 'Halo {name}' } },
  })

  it('are found by dotted keys, with their values and plurals', () => {
    const t = words.in('en')
    expect(t('page.title', { name: 'Mia' })).to.equal('Hello Mia')
    expect(t('page.tries', { count: 1 })).to.equal('1 try left')
    expect(t('page.tries', { count: 3 })).to.equal('3 tries left')
    expect(words.in('id')('page.title', { name: 'Mia' })).to.equal('Halo Mia')
    expect(words.locales).to.have.members(['en', 'id'])
  })

  it('are loud when there are none at all, and when a value is missing', () => {
    expect(() => words.in('en')('page.subtitle')).to.throw('no words for "page.subtitle" in en')
    expect(() => words.in('en')('page')).to.throw('no words for "page"')
    expect(() => words.in('en')('constructor')).to.throw('no words for "constructor"')
    expect(() => words.in('id')('page.subtitle')).to.throw('no words for "page.subtitle" in id')
    expect(() => words.in('en')('page.title')).to.throw(/name/)
  })

  it('are English where a language has none', () => {
    expect(words.in('id')('page.tries', { count: 1 })).to.equal('1 try left')
    expect(words.in('sv')('page.title', { name: 'Mia' })).to.equal('Hello Mia')
  })

  it('are text, never markup', () => {
    expect(words.in('en')('tag', { name: '<i>' })).to.equal('<b><i></b>')
  })

  it('stop the start when they cannot be read, naming the message and the language', () => {
    const broken = { en: { a: { good: 'fine' } }, id: { a: { bad: '{count, plural, one {x}' } } }
    expect(() => wordsOf(broken)).to.throw('the words for "a.bad" in id cannot be read')
  })

  it('stand in files under keys that follow their tree', () => {
    expect(flatten({ a: { b: 'x', c: { d: 'y' } }, e: 'z' })).to.deep.equal([
      ['a.b', 'x'],
      ['a.c.d', 'y'],
      ['e', 'z'],
    ])
  })
})

describe('An instant in words', () => {
  it('says its zone, because a mail may be read anywhere', () => {
    const instant = new Date('2026-03-02T23:30:00Z')
    expect(formatInstant(instant, 'en')).to.match(/March 2, 2026.*11:30.PM UTC$/)
    expect(formatInstant(instant, 'id')).to.match(/2 Maret 2026.*23.30 UTC$/)
  })
})
