import { Readable } from 'node:stream'
import { lockSignedIn } from '../../../access/signed-in.ts'
import { accountsById } from '../../../accounts/store.ts'
import { record, visitorOrigin } from '../../../audit/audit.ts'
import { findEvents, type LoggedEvent, type Search } from '../../../audit/search.ts'
import { withOrganization } from '../../../database/transaction.ts'
import { BYTE_ORDER_MARK, csvLine } from '../../../platform/csv-line.ts'
import { Refused } from '../../errors.ts'
import { definePage } from '../../page.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import type { Visit } from '../../visit.ts'
import { hasRole } from '../door.ts'
import { filterIn, queryOf, searchOf, type Filter } from './filter.ts'
import { doerOf } from './overview.ts'

/** The columns of the file, in the order of `cellsOf`. */
export const COLUMNS = [
  'time',
  'what',
  'kind',
  'outcome',
  'by',
  'by-id',
  'about',
  'about-id',
  'network',
  'request',
  'detail',
]
const MOST_LINES = 50_000
const BATCH = 500

/** The log as a file for spreadsheets, as the list was filtered. That it was taken is recorded in it. */
export const exportActivity = definePage({
  path: '/manage/activity/export',
  template: 'manage/activity/export',
  signedIn: true,
  role: 'administrator',
  stepUp: true,
  view: (_visit, ctx) => ({ view: { query: queryOf(filterIn(ctx)), most: MOST_LINES } }),
  fields: {},
  async submit(visit, _values, ctx) {
    const filter = filterIn(ctx)
    const takenAt = await recordExport(visit, filter)
    if (!takenAt) return SESSION_ENDED
    return {
      download: {
        name: `${visit.organization.slug}-activity-${takenAt.toISOString().slice(0, 10)}.csv`,
        type: 'text/csv; charset=utf-8',
        body: Readable.from(linesOf(visit, searchOf(filter))),
      },
    }
  },
})

/** Records who takes the log away, before any of it leaves; null when they are not signed in any more. */
async function recordExport(visit: Visit, filter: Filter): Promise<Date | null> {
  const { parts, organization, visitor } = visit
  return withOrganization(parts.database, organization.id, async (tx) => {
    const held = await lockSignedIn(tx, signedInHere(visit))
    if (!held) return null
    if (!hasRole(held.account, 'administrator')) throw new Refused(403, { reason: 'role' })
    await record(tx, parts.random, {
      kind: 'activity.exported',
      outcome: 'success',
      origin: visitorOrigin(visitor, held.account.id),
      detail: Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== '')),
    })
    return tx.now
  })
}

/** Line after line, read in short transactions: a slow reader holds none open, and no more than a batch is in memory. */
async function* linesOf({ parts, organization, locale }: Visit, search: Search): AsyncGenerator<string> {
  const t = parts.words.in(locale)
  const head = COLUMNS.map((name) => t(`manage.activity.export.columns.${name}`))
  yield BYTE_ORDER_MARK + csvLine(head)
  let before: string | null = null
  for (let left = MOST_LINES; left > 0; left -= BATCH) {
    const cursor: string | null = before
    const { events, people } = await withOrganization(parts.database, organization.id, async (tx) => {
      const found = await findEvents(tx, search, cursor, Math.min(BATCH, left))
      const ids = found.flatMap(({ actorId, subjectId }) => [actorId, subjectId])
      return { events: found, people: await accountsById(tx, ids) }
    })
    for (const event of events) {
      const nameOf = (id: string | null) => people.get(id ?? '')?.fullName ?? ''
      const by = event.actorId
        ? nameOf(event.actorId) || t('manage.history.gone')
        : t(`manage.activity.doers.${doerOf(event)}`)
      const names = { by, about: nameOf(event.subjectId) }
      yield csvLine(cellsOf(event, t(`manage.activity.kinds.${event.kind}`), names))
    }
    before = events.at(-1)?.id ?? null
    if (events.length < BATCH) return
  }
}

function cellsOf(event: LoggedEvent, what: string, names: { by: string; about: string }): string[] {
  return [
    event.at.toISOString(),
    what,
    event.kind,
    event.outcome,
    names.by,
    event.actorId ?? '',
    names.about,
    event.subjectId ?? '',
    event.address ?? '',
    event.requestId ?? '',
    Object.entries(event.detail)
      .map(([name, value]) => `${name}: ${value}`)
      .join('; '),
  ]
}
