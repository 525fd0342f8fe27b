import type { Context } from 'koa'
import { accountById, accountNamed } from '../../../accounts/store.ts'
import type { Account } from '../../../accounts/account.ts'
import { readIdentifier } from '../../../accounts/identifiers.ts'
import { GROUPS, kindsOf } from '../../../audit/groups.ts'
import { endOfDay, type Search } from '../../../audit/search.ts'
import type { Transaction } from '../../../database/transaction.ts'
import { isId } from '../../../platform/random.ts'
import { choice, optionalLine, type FormErrors } from '../../form.ts'

/** What the log is filtered by, as an address tells it: a person by their id, so that no name stands in it. */
export interface Filter {
  group: string
  outcome: string
  person: string
  from: string
  until: string
}

const OUTCOMES = ['success', 'refused'] as const
const LONGEST_DAY = 10

/** The form of the filter. Everything may be left out; the person is typed by name. */
export const filterFields = {
  group: choice(['', ...GROUPS]),
  outcome: choice(['', ...OUTCOMES]),
  person: optionalLine({ tooLong: 'errors.identifier.too-long' }),
  from: optionalLine({ tooLong: 'errors.day.unreadable' }, LONGEST_DAY),
  until: optionalLine({ tooLong: 'errors.day.unreadable' }, LONGEST_DAY),
}

/** The filter in an address; what it could not be is as if it were not there. */
export function filterIn({ query }: Context): Filter {
  const text = (name: string) => (typeof query[name] === 'string' ? query[name] : '')
  const oneOf = (offered: readonly string[], given: string) => (offered.includes(given) ? given : '')
  const day = (given: string) => (dayOf(given) ? given : '')
  return {
    group: oneOf(GROUPS, text('group')),
    outcome: oneOf(OUTCOMES, text('outcome')),
    person: isId(text('person')) ? text('person') : '',
    from: day(text('from')),
    until: day(text('until')),
  }
}

/** A filter as the query of an address; '' for none. */
export function queryOf(filter: Filter): string {
  return new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== '')).toString()
}

/** The search that a filter asks for. */
export function searchOf({ group, outcome, person, from, until }: Filter): Search {
  const [chosen] = GROUPS.filter((one) => one === group)
  const last = dayOf(until)
  return {
    kinds: chosen ? kindsOf(chosen) : null,
    outcome: OUTCOMES.find((one) => one === outcome) ?? null,
    personId: person || null,
    from: dayOf(from),
    until: last && endOfDay(last),
  }
}

/** The filter that a form asks for, or what is wrong with it. Only people of this organization are found. */
export async function readFilter(
  tx: Transaction,
  typed: Filter,
): Promise<{ filter: Filter } | { errors: FormErrors }> {
  const errors: FormErrors = {}
  const person = typed.person === '' ? null : await personNamed(tx, typed.person)
  if (typed.person !== '' && !person) errors['person'] = [{ key: 'errors.person.unknown' }]
  for (const name of ['from', 'until'] as const) {
    if (typed[name] !== '' && !dayOf(typed[name])) errors[name] = [{ key: 'errors.day.unreadable' }]
  }
  if (!errors['from'] && !errors['until'] && typed.until !== '' && typed.from > typed.until)
    errors['until'] = [{ key: 'errors.day.before' }]
  return Object.keys(errors).length > 0 ? { errors } : { filter: { ...typed, person: person?.id ?? '' } }
}

async function personNamed(tx: Transaction, typed: string): Promise<{ id: string } | null> {
  // Who was deleted has no name any more, and is still found by the id that the log and the address have.
  if (isId(typed)) return (await accountById(tx, typed)) ?? { id: typed }
  const identifier = readIdentifier(typed)
  return identifier && accountNamed(tx, identifier)
}

/** How a person is named in the field of the filter. */
export function nameIn({ username, email, id }: Account): string {
  return username ?? email ?? id
}

function dayOf(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null
  const day = new Date(`${text}T00:00:00Z`)
  return Number.isNaN(day.getTime()) || day.toISOString().slice(0, LONGEST_DAY) !== text ? null : day
}
