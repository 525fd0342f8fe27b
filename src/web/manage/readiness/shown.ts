import { formatNames, formatNumber } from '../../../i18n/format.ts'
import type { Unable } from '../../../recovery/readiness/readiness.ts'

/** People who could not get back in, as `macros/readiness.njk` prints them: `more` are not named. */
export function shownUnable({ why, count, examples }: Unable, locale: string) {
  const more = count - examples.length
  return {
    why,
    count,
    shown: formatNumber(count, locale),
    names: formatNames(examples, more <= 0, locale),
    more: Math.max(0, more),
  }
}
