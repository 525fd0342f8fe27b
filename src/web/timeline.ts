import type { Context } from 'koa'
import type { Transaction } from '../database/transaction.ts'
import { formatInstant } from '../i18n/format.ts'
import { timelineOf, type Line } from '../profile/activity.ts'
import { idIn } from './cursor.ts'

/** The page of an account's timeline that an address asks for, as `macros/timeline.njk` prints it. */
export async function timelineAsked(tx: Transaction, ctx: Context, accountId: string, locale: string) {
  const cursor = { olderThan: idIn(ctx, 'before'), newerThan: idIn(ctx, 'after') }
  const timeline = await timelineOf(tx, accountId, cursor)
  return {
    lines: timeline.lines.map((line) => shownLine(line, locale)),
    older: timeline.olderThan,
    newer: timeline.newerThan,
    isCut: timeline.isCut,
  }
}

/** An instant for `<time>`: as machines read it, and as people do. */
export function shownInstant(instant: Date, locale: string) {
  return { instant: instant.toISOString(), when: formatInstant(instant, locale) }
}

function shownLine({ at, firstAt, ...line }: Line, locale: string) {
  const first = shownInstant(firstAt, locale)
  const last = shownInstant(at, locale)
  return { ...line, ...last, first: first.when === last.when ? null : first }
}
