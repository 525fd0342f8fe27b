import { expect } from 'chai'
import ts from 'typescript'
import { join } from 'node:path'
import { CHANNELS } from '../../src/delivery/message.ts'
import { FALLBACK_LOCALE, loadWords } from '../../src/i18n/words.ts'
import { projectRoot } from '../../src/platform/root.ts'
import { PASSWORD_CHOICES } from '../../src/web/manage/passwords/rules.ts'
import { METHODS } from '../../src/web/manage/recovery/proposal.ts'
import { pages } from '../../src/web/routes.ts'
import { filesUnder } from '../floors/source.ts'
import { wordsAskedByTemplates } from '../locales/template-words.ts'

/** What is written of a message, by how it goes out. */
const KINDS = { email: ['txt', 'html'], sms: ['sms'] }

describe('pages: one screen, one name', () => {
  const templates = new Map(filesUnder(['templates'], ['.njk']).map(({ path, text }) => [path, text]))
  const sources = filesUnder(['src'], ['.ts'])
  const shown = pages.flatMap(({ path, fields, template }) => (template ? [{ path, fields, template }] : []))
  const textOf = (template: string) => templates.get(`templates/${template}.njk`) ?? ''

  it('every page has its template, and a page file of the same name', () => {
    const paths = new Set(sources.map(({ path }) => path))
    const faults = shown.flatMap(({ path, template }) => [
      ...(templates.has(`templates/${template}.njk`)
        ? []
        : [`${path} shows templates/${template}.njk, which is not there`]),
      ...(paths.has(`src/web/${template}.ts`)
        ? []
        : [`${path} shows ${template}.njk and is not in src/web/${template}.ts`]),
    ])
    expect(faults).to.deep.equal([])
  })

  it('every page has a title of its own, under the key of its name', () => {
    const asked = wordsAskedByTemplates()
    const untitled = shown.filter(({ template }) => {
      const name = template.replaceAll('/', '.')
      return !asked.some(
        ({ at, key, isWhole }) =>
          at.startsWith(`templates/${template}.njk:`) &&
          (isWhole ? key === `${name}.title` : key === `${name}.`),
      )
    })
    expect(
      untitled.map(({ template }) => `${template}.njk prints no ${template.replaceAll('/', '.')}.title`),
    ).to.deep.equal([])
  })

  it('every page extends the layout and says its title in the head and as its one first heading', () => {
    const faults = shown
      .map(({ template }) => ({ template, text: textOf(template) }))
      .filter(
        ({ text }) =>
          !text.startsWith("{% extends 'layout.njk' %}") ||
          !text.includes('{% block title %}') ||
          text.split('<h1').length !== 2,
      )
    expect(faults.map(({ template }) => template)).to.deep.equal([])
  })

  it('a page takes a form exactly if it says which fields, and an address answers something', () => {
    const faults = pages.filter(
      ({ view, fields, submit }) => Boolean(fields) !== Boolean(submit) || (!view && !submit),
    )
    expect(faults.map(({ path }) => path)).to.deep.equal([])
  })

  it('a page whose template posts to itself takes the form', () => {
    const taken = pages.filter(({ submit }) => submit).map(({ template }) => template)
    const faults = shown.filter(
      ({ template }) =>
        /<form method="post"(?![^>]*\saction=)/.test(textOf(template)) && !taken.includes(template),
    )
    // A dead link is answered with the page of its end, whose form posts back to the link.
    expect(
      faults.map(({ template }) => template).filter((template) => template !== 'recover/ended'),
    ).to.deep.equal([])
  })

  it('every field of a page stands in its template under the same name', () => {
    const faults = shown.flatMap(({ template, fields }) =>
      Object.keys(fields ?? {})
        .filter((name) => !hasField(textOf(template), name))
        .map((name) => `${template}.njk has no field "${name}"`),
    )
    expect(faults).to.deep.equal([])
  })

  it('no two pages have one address', () => {
    const paths = pages.map(({ path }) => path)
    expect(paths).to.deep.equal([...new Set(paths)])
    for (const path of paths) expect(path).to.match(/^(\/(:?[a-z]+(-[a-z]+)*))*$/)
  })

  it('every mail has a subject, a text and an HTML, every text its words, and each says its name', () => {
    const t = loadWords(join(projectRoot, 'config', 'locales')).in(FALLBACK_LOCALE)
    for (const [name, channel] of Object.entries(CHANNELS)) {
      if (channel === 'email')
        expect(t(`messages.${name}.subject`, { organization: 'Harbour' }), name).to.not.equal('')
      for (const kind of KINDS[channel]) {
        expect(textOf(`messages/${name}.${kind}`), `${name}.${kind}`).to.contain(`messages.${name}.`)
      }
    }
  })

  it('every template is used by a page, a message or another template', () => {
    const used = new Set([
      ...sources.flatMap(({ path, text }) => stringsIn(path, text)),
      ...Object.entries(CHANNELS).flatMap(([name, channel]) =>
        KINDS[channel].map((kind) => `messages/${name}.${kind}`),
      ),
      ...[...templates.values()].flatMap(templatesNamedIn),
    ])
    const unused = [...templates.keys()].filter(
      (path) => !used.has(path.replace('templates/', '').replace('.njk', '')),
    )
    expect(unused.map((path) => `${path} is used by nothing`)).to.deep.equal([])
  })

  it('every macro is called somewhere', () => {
    const all = [...templates.values()].join('\n')
    const unused = [...all.matchAll(/\{%-? macro (\w+)\(/g)].filter(
      ([, name = '']) => (all.match(new RegExp(`\\b${name}\\(`, 'g')) ?? []).length < 2,
    )
    expect(unused.map(([, name]) => `the macro ${name} is called by nothing`)).to.deep.equal([])
  })
})

/** A field of the template itself, or of the pair that stands on every page with a new password. */
function hasField(template: string, name: string): boolean {
  if (['password', 'confirmation'].includes(name) && template.includes('new_password(')) return true
  if (name === 'terms' && template.includes('accept_terms(')) return true
  if (name === 'code' && template.includes('factor_form(')) return true
  if (name === 'basedOn' && template.includes('what_follows(')) return true
  if (METHODS.some(({ field }) => field === name) && template.includes('method.field')) return true
  if ((PASSWORD_CHOICES as readonly string[]).includes(name) && template.includes('setting_box(rule'))
    return true
  if (template.includes(`setting_choices('${name}'`)) return true
  return new RegExp(`name: '${name}'|name="${name}"`).test(template)
}

function templatesNamedIn(text: string): string[] {
  return [...text.matchAll(/\{%-? (?:extends|include|import|from) '([^']+)\.njk'/g)].map(
    ([, name = '']) => name,
  )
}

function stringsIn(path: string, text: string): string[] {
  const found: string[] = []
  const look = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) found.push(node.text)
    ts.forEachChild(node, look)
  }
  look(ts.createSourceFile(path, text, ts.ScriptTarget.ESNext))
  return found
}
