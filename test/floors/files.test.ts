import { expect } from 'chai'
import { filesUnder, lineAt, type SourceFile } from './source.ts'

const LONGEST_FILE = 300

/** Drawers, in which things lie because they had no name. */
const DRAWERS = ['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'services', 'types', 'constants']

/** What is left lying around. The brackets keep this file from seeing itself. */
const LEFTOVERS: [RegExp, string][] = [
  [/\bTO[D]O\b|\bFIX[M]E\b/g, 'do it now or leave it out'],
  [/\b(describe|it|context|suite|test)\.(only|skip)\(/g, 'every test runs, always'],
  [/\bx(it|describe)\(/g, 'every test runs, always'],
  [/eslint-[d]isable|@ts-[i]gnore|@ts-[n]ocheck/g, 'mend what the tool found'],
]

describe('files: small, named for what they are, nothing left lying around', () => {
  const files = filesUnder(
    ['src', 'test', 'migrations', 'seeds', 'templates', 'bin', 'config'],
    ['.ts', '.mjs', '.mts', '.njk', '.css', '.json'],
  )

  it(`no file is longer than ${LONGEST_FILE} lines`, () => {
    const faults = files
      // Words are a list, not a program.
      .filter(({ path }) => !path.startsWith('config/locales/'))
      .map(({ path, text }) => ({ path, lines: lineAt(text.trimEnd(), text.length) }))
      .filter(({ lines }) => lines > LONGEST_FILE)
      .map(({ path, lines }) => `${path} has ${lines} lines: which two things does it do?`)
    expect(faults.join('\n')).to.equal('')
  })

  it('no file or folder is a drawer', () => {
    const faults = files.flatMap(({ path }) => drawersIn(path))
    expect(faults.join('\n')).to.equal('')
  })

  it('nothing is left for later, switched off or silenced', () => {
    expect(files.flatMap(leftoversIn).join('\n')).to.equal('')
  })

  it('sees a drawer and a leftover', () => {
    expect(drawersIn('src/web/utils/form.ts')).to.have.length(1)
    expect(drawersIn('src/recovery/types.ts')).to.have.length(1)
    const text = ['', `// ${['TO', 'DO'].join('')}: later`, `${['it', 'only'].join('.')}('works')`].join('\n')
    expect(leftoversIn({ path: 'src/worker.ts', text }).map((fault) => fault.split(' ')[0])).to.deep.equal([
      'src/worker.ts:2',
      'src/worker.ts:3',
    ])
  })
})

function drawersIn(path: string): string[] {
  return path
    .split('/')
    .map((name) => name.replace(/\..*$/, ''))
    .filter((name) => DRAWERS.includes(name))
    .map((name) => `${path}: "${name}" is a drawer; name it for what it holds`)
}

function leftoversIn({ path, text }: SourceFile): string[] {
  return LEFTOVERS.flatMap(([pattern, instead]) =>
    [...text.matchAll(pattern)].map(
      ({ 0: found, index }) => `${path}:${lineAt(text, index)} ${found}: ${instead}`,
    ),
  )
}
