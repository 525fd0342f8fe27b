import { COLUMNS } from '../../../people/import/columns.ts'
import { BYTE_ORDER_MARK, csvLine } from '../../../platform/csv-line.ts'
import { definePage } from '../../page.ts'

/** An empty file with the columns that are read. */
export const template = definePage({
  path: '/manage/people/import/template',
  signedIn: true,
  role: 'administrator',
  view: () => ({
    download: {
      name: 'people.csv',
      type: 'text/csv; charset=utf-8',
      body: BYTE_ORDER_MARK + csvLine(COLUMNS),
    },
  }),
})
