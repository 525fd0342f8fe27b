import { join } from 'node:path'
import { loadWords } from '../../src/i18n/words.ts'
import { projectRoot } from '../../src/platform/root.ts'
import type { Page } from './visitor.ts'

/** The product's own words. */
export const words = loadWords(join(projectRoot, 'config', 'locales'))

export const indonesian = words.in('id')
export const chinese = words.in('zh-CN')

/** The language that a page says it is in. */
export function languageOf({ root }: Page): string {
  return root.querySelector('html')?.getAttribute('lang') ?? ''
}
