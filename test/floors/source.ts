import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { projectRoot } from '../../src/platform/root.ts'

/** A file of the project: its path from the root, with slashes, and its text. */
export interface SourceFile {
  path: string
  text: string
}

/** One import of a module, a type's too. */
export interface Import {
  /** `src/web/page.ts:3`, as an editor opens it. */
  at: string
  /** A path from the root for files of ours, else the name of a package. */
  target: string
  isOurs: boolean
}

/** Every file below some folders of the project whose name has one of the endings. */
export function filesUnder(folders: string[], endings: string[]): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        `${folder}/${name}`.replaceAll('\\', '/'),
      ),
    )
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(projectRoot, path), 'utf8') }))
}

/** What a file imports, by `import`, `import type`, `export from` or `import()`. Node's own modules are left out. */
export function importsOf(file: SourceFile): Import[] {
  return ts
    .preProcessFile(file.text, true, true)
    .importedFiles.filter(({ fileName }) => !fileName.startsWith('node:'))
    .map(({ fileName, pos }) => {
      const isOurs = fileName.startsWith('.')
      const target = isOurs ? join(file.path, '..', fileName).replaceAll('\\', '/') : packageOf(fileName)
      return { at: `${file.path}:${lineAt(file.text, pos)}`, target, isOurs }
    })
}

/** Each file is read by many rules and parsed once. */
const trees = new WeakMap<SourceFile, ts.SourceFile>()

/** Every place in a file's code, comments apart, that a rule sees. */
export function placesIn(file: SourceFile, isSeen: (node: ts.Node) => boolean): string[] {
  const tree = trees.get(file) ?? ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ESNext, true)
  trees.set(file, tree)
  const places: string[] = []
  const look = (node: ts.Node): void => {
    if (isSeen(node)) places.push(`${file.path}:${lineAt(file.text, node.getStart(tree))}`)
    ts.forEachChild(node, look)
  }
  look(tree)
  return places
}

/** The line, from 1, that an offset of a text is on. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/** `@koa/router` of `@koa/router/types.js`, `config` of `config/lib/util.js`. */
function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}
