import { settingsShape, type Settings } from './settings.ts'

/** Stands first in each file of settings; another one says that files are to be read in another way. */
const FORMAT = 'latchkey-settings-1'

/** One thing that is wrong with a file, and where: `recovery.methods[1]`. */
export interface FileFault {
  place: string
  fault: string
}

/**
 * Settings as a file: all of them, also those that are as they come, in the order in which they are declared. So a file
 * means the same whatever a later version starts from, and two of them can be compared line by line.
 */
export function asSettingsFile(settings: Settings): string {
  return `${JSON.stringify({ format: FORMAT, ...settings }, null, 2)}\n`
}

/**
 * Reads a file of settings, whatever is in it. A setting that is left out, or that is wrong, takes its default, so that the
 * others can be looked at as well; nothing with a fault is to be saved.
 */
export function readSettingsFile(text: string): { settings: Settings; faults: FileFault[] } {
  const file = parsed(text)
  if ('fault' in file) return { settings: settingsShape.parse({}), faults: [file] }
  const { format, ...written } = file.content
  const faults = [
    ...(format === FORMAT ? [] : [{ place: 'format', fault: `must be "${FORMAT}"` }]),
    ...unreadableTexts(written),
  ]
  const known = structuredClone(written)
  // Twice: what is asked of several settings together is looked at when each of them alone is right.
  faults.push(...takeOutFaults(known), ...takeOutFaults(known))
  return { settings: settingsShape.parse(known), faults }
}

/** A place in a file, as people who write JSON name it. */
export function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
}

function parsed(text: string): { content: Record<string, unknown> } | FileFault {
  try {
    const content: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
    const isObject = typeof content === 'object' && content !== null && !Array.isArray(content)
    if (isObject) return { content: content as Record<string, unknown> }
    return { place: 'the file', fault: 'must be a JSON object' }
  } catch (error) {
    return { place: 'the file', fault: `is no JSON: ${error instanceof Error ? error.message : ''}` }
  }
}

/** Texts that nobody can type, and that the pages refuse too; PostgreSQL keeps some of them in no column. */
function unreadableTexts(value: unknown, path: PropertyKey[] = []): FileFault[] {
  if (typeof value === 'string') {
    const isPlain = value.isWellFormed() && !/[\p{Cc}\ufffd]/u.test(value)
    return isPlain ? [] : [{ place: placeOf(path), fault: 'holds a character that cannot be seen' }]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inside]: [string, unknown]) =>
    unreadableTexts(inside, [...path, Array.isArray(value) ? Number(name) : name]),
  )
}

/** Finds what is no setting in a file, or no value of one, and takes it out. */
function takeOutFaults(file: Record<string, unknown>): FileFault[] {
  return (settingsShape.safeParse(file).error?.issues ?? []).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) takeOut(file, [...issue.path, key])
      return issue.keys.map((key) => ({
        place: placeOf([...issue.path, key]),
        fault: 'there is no such setting',
      }))
    }
    // The whole setting, however deep the fault is in it: `recovery.methods`, and `terms`, which stand in no group.
    takeOut(file, issue.path.slice(0, issue.path[0] === 'terms' ? 1 : 2))
    return [{ place: placeOf(issue.path), fault: issue.message }]
  })
}

function takeOut(file: object, path: readonly PropertyKey[]): void {
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((value, name) => (value as Record<PropertyKey, unknown> | undefined)?.[name], file)
  const name = path.at(-1)
  if (typeof holder === 'object' && holder !== null && name !== undefined)
    Reflect.deleteProperty(holder, name)
}
