import { fullNamesOf } from '../../../accounts/store.ts'
import { withOrganization } from '../../../database/transaction.ts'
import { formatInstant } from '../../../i18n/format.ts'
import { makerSignedIn } from '../../../people/add.ts'
import { COLUMNS } from '../../../people/import/columns.ts'
import { MOST_BYTES } from '../../../people/import/csv.ts'
import { MOST_HASH_KINDS, MOST_ROWS, proposeImport } from '../../../people/import/propose.ts'
import { latestImports } from '../../../people/import/store.ts'
import { definePage } from '../../page.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import type { Visit } from '../../visit.ts'

const LATEST = 10

/** People are brought over from another system: here their file is sent, and what was brought over of late. */
export const file = definePage({
  path: '/manage/people/import',
  template: 'manage/import/file',
  signedIn: true,
  role: 'administrator',
  stepUp: true,
  view: async (visit) => ({
    view: {
      columns: COLUMNS,
      rows: MOST_ROWS,
      megabytes: MOST_BYTES / 1024 / 1024,
      kinds: MOST_HASH_KINDS,
      latest: await latestHere(visit),
    },
  }),
  fields: {},
  files: { people: MOST_BYTES },
  async submit(visit, _values, _ctx, { people }) {
    const fault = (key: string, row = 1) => ({
      errors: { people: [{ key: `errors.people.${key}`, params: { row, rows: MOST_ROWS } }] },
    })
    if (!people) return fault('missing')
    if ('tooLarge' in people) return fault('too-large')
    const { parts, organization } = visit
    const maker = makerSignedIn(signedInHere(visit))
    const proposed = await proposeImport(parts, organization.id, maker, [people.content])
    switch (proposed.outcome) {
      case 'proposed':
        return { goTo: `/manage/people/import/${proposed.id}` }
      case 'unread':
        return fault(proposed.fault, proposed.row)
      case 'no-such-maker':
        return SESSION_ENDED
    }
  },
})

async function latestHere({ parts, organization, locale }: Visit) {
  const { imports, names } = await withOrganization(parts.database, organization.id, async (tx) => {
    const latest = await latestImports(tx, LATEST)
    const makers = latest.flatMap(({ madeBy }) => madeBy ?? [])
    return { imports: latest, names: await fullNamesOf(tx, makers) }
  })
  return imports.map(({ id, state, made, madeAt, madeBy }) => ({
    id,
    state,
    made,
    when: formatInstant(madeAt, locale),
    by: madeBy === null ? null : (names.get(madeBy) ?? ''),
  }))
}
