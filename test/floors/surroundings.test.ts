import { expect } from 'chai'
import ts from 'typescript'
import { filesUnder, placesIn, type SourceFile } from './source.ts'

/** Something of the outside that only a few files may touch. */
interface Rule {
  what: string
  isSeen: (node: ts.Node) => boolean
  /** Paths, or folders that end in a slash. */
  homes: (string | RegExp)[]
  instead: string
  /** A line that breaks the rule. */
  example: string
}

const RULES: Rule[] = [
  {
    what: 'the environment',
    isSeen: (node) => isMember(node, 'process', ['env']),
    // The second decides nothing by it: it hands PATH on to PostgreSQL's programs, and runs from any folder by itself.
    homes: ['src/platform/config.ts', 'src/database/embedded/account.ts'],
    instead: 'make it a setting, declared once in config/default.json',
    example: `const level = process.env['LOG_LEVEL']`,
  },
  {
    what: 'the clock',
    isSeen: (node) =>
      isMember(node, 'Date', ['now']) ||
      isMember(node, 'performance', ['now']) ||
      isMember(node, 'process', ['hrtime']) ||
      (ts.isNewExpression(node) && isNamed(node.expression, ['Date']) && !node.arguments?.length),
    homes: ['src/web/browser/countdown.ts', 'src/platform/'],
    instead: 'use the instant of the transaction (`tx.now`), or take a Clock',
    example: `const at = new Date()`,
  },
  {
    what: 'chance',
    isSeen: (node) =>
      isMember(node, 'Math', ['random']) ||
      isNamed(node, ['randomBytes', 'randomInt', 'randomUUID', 'getRandomValues', 'randomFill']),
    homes: ['src/platform/'],
    instead: 'take a Random',
    example: `const id = randomUUID()`,
  },
  {
    what: 'a timer',
    isSeen: (node) =>
      isNamed(node, ['setTimeout', 'setInterval', 'setImmediate']) ||
      isMember(node, 'AbortSignal', ['timeout']),
    // connect.ts gives up on a connection that went silent; csv.ts waits for nothing, and gives others their turn.
    homes: [
      'src/worker.ts',
      'src/delivery/senders/',
      'src/database/embedded/',
      'src/database/connect.ts',
      'src/people/import/csv.ts',
      'src/web/browser/countdown.ts',
    ],
    instead: 'let the worker do it, or store the instant from which it may happen',
    example: `setInterval(purge, 1000)`,
  },
  {
    what: 'SQL',
    isSeen: (node) =>
      ts.isCallExpression(node) &&
      ((ts.isPropertyAccessExpression(node.expression) &&
        ['raw', 'rows', 'insert', 'sql'].includes(node.expression.name.text)) ||
        isNamed(node.expression, ['sql', 'knex'])),
    homes: [
      /^src\/([a-z]+\/)+([a-z]+-)?store\.ts$/,
      'src/audit/',
      'src/limits/',
      'src/delivery/',
      'src/database/',
    ],
    instead: "give the topic's store.ts a function with a name",
    example: `await tx.rows<AccountRow>('accounts').where({ id })`,
  },
  {
    what: "the database's now()",
    isSeen: (node) =>
      (ts.isStringLiteral(node) ||
        ts.isNoSubstitutionTemplateLiteral(node) ||
        ts.isTemplateLiteralToken(node)) &&
      /\b(now\(\)|current_timestamp|clock_timestamp\(\))/i.test(node.text),
    homes: ['src/database/transaction.ts'],
    instead: 'use `tx.now`, read once for the whole transaction, so that tests can stop it',
    example: 'const late = `ends_at < now()`',
  },
  {
    // Journeys are walked with scripts on a phone and without on a desk: that is enough while none of them knows where it is.
    what: 'the size of a window',
    isSeen: (node) =>
      isNamed(node, [
        'innerWidth',
        'outerWidth',
        'clientWidth',
        'offsetWidth',
        'scrollWidth',
        'screen',
        'matchMedia',
        'getBoundingClientRect',
        'ResizeObserver',
      ]),
    homes: [],
    instead: 'let a style sheet tell sizes apart',
    example: 'const isNarrow = window.innerWidth < 500',
  },
]

describe('surroundings: time, chance, settings and SQL come in by one door each', () => {
  const sources = filesUnder(['src'], ['.ts'])

  for (const rule of RULES) {
    it(`only its homes touch ${rule.what}`, () => {
      expect(faultsIn(sources, rule).join('\n')).to.equal('')
    })

    it(`every home of ${rule.what} is one`, () => {
      const users = sources.filter((file) => placesIn(file, rule.isSeen).length > 0)
      const empty = rule.homes.filter((home) => !users.some(({ path }) => isHome(home, path)))
      expect(empty.map(String)).to.deep.equal([])
    })

    it(`sees who else touches ${rule.what}, comments apart`, () => {
      const path = 'src/recovery/begin.ts'
      expect(faultsIn([{ path, text: `\n${rule.example}\n// ${rule.example}\n` }], rule)).to.have.length(1)
    })
  }
})

function faultsIn(files: SourceFile[], rule: Rule): string[] {
  return files
    .filter(({ path }) => !rule.homes.some((home) => isHome(home, path)))
    .flatMap((file) => placesIn(file, rule.isSeen))
    .map((place) => `${place} touches ${rule.what}: ${rule.instead}`)
}

function isHome(home: string | RegExp, path: string): boolean {
  if (home instanceof RegExp) return home.test(path)
  return home.endsWith('/') ? path.startsWith(home) : path === home
}

/** `process.env`, or `process['env']`. */
function isMember(node: ts.Node, object: string, members: string[]): boolean {
  if (ts.isPropertyAccessExpression(node)) {
    return isNamed(node.expression, [object]) && members.includes(node.name.text)
  }
  return (
    ts.isElementAccessExpression(node) &&
    isNamed(node.expression, [object]) &&
    ts.isStringLiteral(node.argumentExpression) &&
    members.includes(node.argumentExpression.text)
  )
}

function isNamed(node: ts.Node, names: string[]): boolean {
  return ts.isIdentifier(node) && names.includes(node.text)
}
