import type { Context } from 'koa'
import { GROUPS, peopleOn, type Sought } from '../../../accounts/people-store.ts'
import { withOrganization } from '../../../database/transaction.ts'
import { isId } from '../../../platform/random.ts'
import { definePage } from '../../page.ts'

const ON_A_PAGE = 25
/** Longer than any name or address is. */
const LONGEST_SEARCH = 254

/** Everybody who has an account here: found by a name or an address, or page by page. */
export const overview = definePage({
  path: '/manage/people',
  template: 'manage/people/overview',
  signedIn: true,
  role: 'administrator',
  async view({ parts, organization }, ctx) {
    const sought = soughtIn(ctx)
    const { people, hasMore } = await withOrganization(parts.database, organization.id, (tx) =>
      peopleOn(tx, sought, ON_A_PAGE),
    )
    const next = new URLSearchParams({ q: sought.search, show: sought.group, after: people.at(-1)?.id ?? '' })
    return {
      view: {
        search: sought.search,
        groups: GROUPS.map((name) => ({ name, isShown: name === sought.group && sought.search === '' })),
        people: people.map(({ id, fullName, username, email, role, state }) => {
          return { id, fullName, username, email, role, state }
        }),
        isFirst: sought.after === null,
        first: new URLSearchParams({ q: sought.search, show: sought.group }).toString(),
        next: hasMore ? next.toString() : null,
      },
    }
  },
})

/** What an address asks for; whatever is not plain text asks for everybody. */
function soughtIn({ query }: Context): Sought {
  const { q, show, after } = query
  const search = typeof q === 'string' && q.isWellFormed() ? q.replace(/\p{Cc}/gu, ' ').trim() : ''
  return {
    search: search.slice(0, LONGEST_SEARCH),
    group: GROUPS.find((name) => name === show) ?? 'everybody',
    after: typeof after === 'string' && isId(after) ? after : null,
  }
}
