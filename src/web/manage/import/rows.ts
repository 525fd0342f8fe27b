import { Readable } from 'node:stream'
import { withOrganization } from '../../../database/transaction.ts'
import { COLUMNS } from '../../../people/import/columns.ts'
import type { BadRow } from '../../../people/import/row.ts'
import { nextBatch } from '../../../people/import/store.ts'
import { BYTE_ORDER_MARK, csvLine } from '../../../platform/csv-line.ts'
import { definePage } from '../../page.ts'
import type { Visit } from '../../visit.ts'
import { importAsked } from './asked.ts'

/** The columns of the file, but for the passwords' hashes: those are in the file that was sent. */
const SHOWN = COLUMNS.filter((column) => column !== 'password_hash')

/** The rows of which nothing was made, as a file for spreadsheets, with the reasons. */
export const rows = definePage({
  path: '/manage/people/import/:id/rows',
  signedIn: true,
  role: 'administrator',
  async view(visit, ctx) {
    const { parts, organization } = visit
    const { id } = await withOrganization(parts.database, organization.id, (tx) => importAsked(tx, ctx))
    return {
      download: {
        name: `${organization.slug}-not-imported.csv`,
        type: 'text/csv; charset=utf-8',
        body: Readable.from(linesOf(visit, id)),
      },
    }
  },
})

/** Line after line, read in short transactions: a slow reader holds none open. */
async function* linesOf({ parts, organization, locale }: Visit, importId: string): AsyncGenerator<string> {
  const t = parts.words.in(locale)
  const reason = ({ column, why }: BadRow['faults'][number]) =>
    [column, t(`manage.import.why.${why}`)].filter((part) => part !== null).join(': ')
  yield BYTE_ORDER_MARK + csvLine([t('manage.import.look.row'), ...SHOWN, t('manage.import.look.why')])
  let last: number | null = 0
  while (last !== null) {
    const from: number = last
    const batch = await withOrganization(parts.database, organization.id, (tx) =>
      nextBatch(tx, parts.secrets, importId, 'bad', from),
    )
    for (const { row, cells, faults } of batch?.rows ?? [])
      yield csvLine([
        String(row),
        ...SHOWN.map((column) => cells[column] ?? ''),
        faults.map(reason).join(' '),
      ])
    last = batch?.number ?? null
  }
}
