import nunjucks from 'nunjucks'
import { filesUnder } from '../floors/source.ts'

/** One place where a template asks for words. */
export interface Asked {
  /** `templates/recover/sent.njk:5`. */
  at: string
  /** The key; where it is put together at run time, its known beginning, or '' where nothing of it is known. */
  key: string
  isWhole: boolean
  /** Names of the values that are given along; null where they are not written out. */
  given: string[] | null
}

/** The part of nunjucks' own syntax tree that is looked at; the package has no types for it. */
interface Node {
  lineno: number
  findAll(kind: unknown): Node[]
  children: Node[]
  name: Node
  args: Node
  target: Node[]
  targets: Node[]
  value: unknown
  body: Node
  else_: Node | null
  left: Node
  right: Node
  key: Node
}

type Kind = 'FunCall' | 'Literal' | 'Symbol' | 'Set' | 'InlineIf' | 'Add' | 'Concat' | 'Dict'

const { parser, nodes } = nunjucks as unknown as {
  parser: { parse(text: string): Node }
  nodes: Record<Kind, abstract new () => object>
}

/** Every `t(…)` of every template; one for each outcome where the key is chosen by a condition. */
export function wordsAskedByTemplates(): Asked[] {
  return filesUnder(['templates'], ['.njk']).flatMap(({ path, text }) => {
    const tree = parser.parse(text)
    const variables = variablesOf(tree)
    return tree
      .findAll(nodes.FunCall)
      .filter(({ name }) => isA(name, 'Symbol') && name.value === 't')
      .flatMap(({ args, lineno }) => {
        const [key, values] = args.children
        return (key ? outcomesOf(key, variables) : []).map((beginning) => ({
          at: `${path}:${lineno + 1}`,
          ...beginning,
          given: givenNames(values),
        }))
      })
  })
}

type Variable = { name: unknown; value: Node }

/** What each `{% set words = … %}` gives a name. */
function variablesOf(tree: Node): Variable[] {
  return tree
    .findAll(nodes.Set)
    .flatMap(({ targets, value }) => targets.map((target) => ({ name: target.value, value: value as Node })))
}

/** The keys that an expression can come to, as far as they are written out. */
function outcomesOf(key: Node, variables: Variable[]): { key: string; isWhole: boolean }[] {
  if (isA(key, 'Literal')) return [{ key: String(key.value), isWhole: true }]
  if (isA(key, 'InlineIf')) {
    return [key.body, key.else_].flatMap((one) => (one ? outcomesOf(one, variables) : []))
  }
  if (isA(key, 'Add') || isA(key, 'Concat')) {
    return outcomesOf(key.left, variables).flatMap((left) => {
      if (!left.isWhole) return [left]
      const rights = outcomesOf(key.right, variables)
      return rights.map((right) => ({ key: left.key + right.key, isWhole: right.isWhole }))
    })
  }
  const set = variables.filter(({ name }) => isA(key, 'Symbol') && name === key.value)
  if (set.length === 0) return [{ key: '', isWhole: false }]
  return set.flatMap(({ value }) => outcomesOf(value, variables))
}

function givenNames(values: Node | undefined): string[] | null {
  if (!values) return []
  if (!isA(values, 'Dict')) return null
  return values.children.map(({ key }) => String(key.value))
}

function isA(node: Node, kind: Kind): boolean {
  return node instanceof nodes[kind]
}
