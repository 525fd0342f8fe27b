import { expect } from 'chai'
import { filesUnder, importsOf, type SourceFile } from './source.ts'

/**
 * Packages that are at home in more than one file, and where: a path, or a folder that ends in a slash. Every other
 * package is imported by one file only, so that it can be replaced there.
 */
const HOMES: Record<string, string[]> = {
  koa: ['src/web/', 'src/app.ts'],
  '@koa/router': ['src/web/'],
  // Escaping is a setting of a whole Environment: pages have one, mails two of their own.
  nunjucks: ['src/web/views.ts', 'src/delivery/render.ts'],
  knex: ['src/database/', 'migrations/'],
  // LISTEN needs a connection that no pool takes back.
  pg: ['src/database/connect.ts', 'src/delivery/wakeups.ts'],
  // A language for shapes more than a vendor: each door reads its own input with it.
  zod: ['src/web/', 'src/organizations/', 'src/platform/config.ts'],
}

describe('vendors: one package, one file', () => {
  const sources = filesUnder(['src', 'migrations', 'seeds'], ['.ts'])

  it('every package is imported where it is at home, and nowhere else', () => {
    expect(faultsIn(sources).join('\n')).to.equal('')
  })

  it('every home of a package is one', () => {
    const users = importersIn(sources)
    const empty = Object.entries(HOMES).flatMap(([name, homes]) => {
      const paths = [...(users.get(name)?.keys() ?? [])]
      return homes
        .filter((home) => !paths.some((path) => isIn(home, path)))
        .map((home) => `${name} in ${home}`)
    })
    expect(empty).to.deep.equal([])
  })

  it('sees a package that has spread to a second file', () => {
    const text = `import { hash } from 'argon2'`
    const files = ['src/credentials/password.ts', 'src/people/people.ts'].map((path) => ({ path, text }))
    expect(faultsIn(files)).to.have.length(1)
  })

  it('sees a package that has left its homes', () => {
    expect(
      faultsIn([{ path: 'src/people/people.ts', text: `import type { Knex } from 'knex'` }]),
    ).to.have.length(1)
  })
})

/** For each package, the files that import it and where. */
function importersIn(files: SourceFile[]): Map<string, Map<string, string>> {
  const importers = new Map<string, Map<string, string>>()
  for (const file of files) {
    for (const { target, at, isOurs } of importsOf(file)) {
      if (!isOurs)
        importers.set(target, (importers.get(target) ?? new Map<string, string>()).set(file.path, at))
    }
  }
  return importers
}

function faultsIn(files: SourceFile[]): string[] {
  return [...importersIn(files)].flatMap(([name, places]) => {
    const homes = HOMES[name]
    if (homes) {
      const astray = [...places].filter(([path]) => !homes.some((home) => isIn(home, path)))
      return astray.map(([, at]) => `${at} imports ${name}, which is at home in ${homes.join(', ')}`)
    }
    if (places.size <= 1) return []
    return [
      `${[...places.values()].join(' and ')} import ${name}: wrap it in one file, or say in test/floors why not`,
    ]
  })
}

function isIn(home: string, path: string): boolean {
  return home.endsWith('/') ? path.startsWith(home) : path === home
}
