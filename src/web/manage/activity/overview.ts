import type { Account } from '../../../accounts/account.ts'
import { accountsById } from '../../../accounts/store.ts'
import { GROUPS } from '../../../audit/groups.ts'
import { findEvents, type LoggedEvent } from '../../../audit/search.ts'
import { withOrganization } from '../../../database/transaction.ts'
import { formatInstant } from '../../../i18n/format.ts'
import { isId } from '../../../platform/random.ts'
import { cut, idIn } from '../../cursor.ts'
import { definePage } from '../../page.ts'
import { filterFields, filterIn, nameIn, queryOf, readFilter, searchOf } from './filter.ts'

const ON_A_PAGE = 50

/** Everything that was recorded, the newest first: what, who, about whom, from where. Reads only; the form filters. */
export const overview = definePage({
  path: '/manage/activity',
  template: 'manage/activity/overview',
  signedIn: true,
  role: 'administrator',
  async view({ parts, organization, locale }, ctx) {
    const filter = filterIn(ctx)
    const before = idIn(ctx, 'before')
    const { events, people } = await withOrganization(parts.database, organization.id, async (tx) => {
      const found = await findEvents(tx, searchOf(filter), before, ON_A_PAGE + 1)
      const ids = [filter.person || null, ...found.flatMap(({ actorId, subjectId }) => [actorId, subjectId])]
      return { events: found, people: await accountsById(tx, ids) }
    })
    const { items, next } = cut(events, ON_A_PAGE)
    const person = people.get(filter.person)
    return {
      view: {
        groups: GROUPS,
        filter: { ...filter, person: person ? nameIn(person) : filter.person },
        query: queryOf(filter),
        events: items.map((event) => shown(event, people, locale)),
        older: next && `${queryOf(filter)}&before=${next}`,
        isFirst: before === null,
      },
    }
  },
  fields: filterFields,
  async submit({ parts, organization }, typed) {
    const read = await withOrganization(parts.database, organization.id, (tx) => readFilter(tx, typed))
    return 'errors' in read ? read : { goTo: `/manage/activity?${queryOf(read.filter)}` }
  },
})

function shown(event: LoggedEvent, people: Map<string, Account>, locale: string) {
  const { actorId, subjectId, detail } = event
  return {
    kind: event.kind,
    outcome: event.outcome,
    instant: event.at.toISOString(),
    when: formatInstant(event.at, locale),
    by: { who: doerOf(event), ...named(actorId, people) },
    // Whoever did something to themselves is named once.
    about: subjectId && subjectId !== actorId ? named(subjectId, people) : null,
    address: event.address,
    detail: Object.entries(detail)
      .filter(([name, value]) => isTelling(name, value))
      .map(([name, value]) => `${name}: ${value}`),
  }
}

/** Whose doing an event was, where no account is named with it: `manage.activity.doers.*`. */
export function doerOf({ actor, actorId }: LoggedEvent): LoggedEvent['actor'] | 'nobody' {
  return actor === 'person' && !actorId ? 'nobody' : actor
}

/** Ids, hashes and what is not so tell a reader nothing; the file has them. */
function isTelling(name: string, value: string | number | boolean): boolean {
  return value !== false && name !== 'identifier' && !isId(String(value))
}

function named(id: string | null, people: Map<string, Account>) {
  return { id, name: people.get(id ?? '')?.fullName ?? null }
}
