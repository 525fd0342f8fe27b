import { countryName, languageName } from '../i18n/format.ts'
import type { Settings } from './settings.ts'

/** The value of one setting. */
type Value = string | number | boolean | readonly string[] | object | null

/** One setting that is not as it was, by its path in the settings. */
export interface SettingChange {
  setting: string
  before: Value
  after: Value
}

/**
 * The value of a setting as pages and letters print it: `word` has words of its own in the locale files, of an `amount` they
 * say what it counts; a `text` is printed as it is.
 */
export type ShownValue =
  | { kind: 'word'; word: string }
  | { kind: 'words'; words: string[] }
  | { kind: 'amount'; count: number }
  | { kind: 'texts'; texts: string[] }
  | { kind: 'none' }

/** A change as `macros/settings.njk` prints it. */
export interface ShownChange {
  setting: string
  before: ShownValue
  after: ShownValue
}

/** Every setting in which two versions differ, in the order in which settings are declared. */
export function differenceOf(before: Settings, after: Settings): SettingChange[] {
  const was = new Map(valuesOf(before))
  return valuesOf(after)
    .map(([setting, value]) => ({ setting, before: was.get(setting) ?? null, after: value }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after))
}

/** Every setting with its value, in order. */
export function valuesOf(settings: Settings): [string, Value][] {
  return Object.entries(settings).flatMap(([section, values]): [string, Value][] =>
    section === 'terms'
      ? [[section, values]]
      : Object.entries(values as object).map(([name, value]): [string, Value] => [
          `${section}.${name}`,
          value as Value,
        ]),
  )
}

/** Like `differenceOf`, for people who read a language. */
export function shownDifference(before: Settings, after: Settings, locale: string): ShownChange[] {
  return differenceOf(before, after).map((change) => ({
    setting: change.setting,
    before: shownValue(change.setting, change.before, locale),
    after: shownValue(change.setting, change.after, locale),
  }))
}

function shownValue(setting: string, value: Value, locale: string): ShownValue {
  // Nobody is without a name: it is the one that the organization was created with.
  if (setting === 'branding.name')
    return value === null ? { kind: 'word', word: 'as-created' } : texts(value as string)
  if (value === null) return { kind: 'none' }
  if (typeof value === 'number') return { kind: 'amount', count: value }
  if (typeof value === 'boolean') return { kind: 'word', word: value ? 'yes' : 'no' }
  if (typeof value === 'string') {
    if (setting === 'branding.locale') return texts(languageName(value))
    // Enough of the hash to tell two pictures apart.
    if (setting === 'branding.logo') return texts(value.slice(0, 8))
    return setting === 'branding.color' ? texts(value) : { kind: 'word', word: value }
  }
  if (setting === 'recovery.methods') return { kind: 'words', words: [...(value as string[])] }
  if (Array.isArray(value)) {
    const list = value as string[]
    if (list.length === 0) return { kind: 'none' }
    return texts(
      ...(setting === 'sms.countries' ? list.map((country) => countryName(country, locale)) : list),
    )
  }
  if (setting === 'branding.support') {
    const { value: contact, label } = value as { value: string; label: string }
    return texts(...new Set([label, contact].filter((text) => text !== '')))
  }
  return texts(...Object.values(value as Record<string, string>))
}

function texts(...list: string[]): ShownValue {
  return { kind: 'texts', texts: list }
}
