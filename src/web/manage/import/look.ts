import { fullNamesOf } from '../../../accounts/store.ts'
import { withOrganization, type Transaction } from '../../../database/transaction.ts'
import { formatInstant } from '../../../i18n/format.ts'
import type { BadRow } from '../../../people/import/row.ts'
import { startImport } from '../../../people/import/start.ts'
import { nextBatch } from '../../../people/import/store.ts'
import { Refused } from '../../errors.ts'
import { choice } from '../../form.ts'
import { definePage } from '../../page.ts'
import type { WebParts } from '../../parts.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import { idOfImport, importAsked, mayDecide, stillThere } from './asked.ts'

/** What those get who bring no password along. */
const INVITES = ['yes', 'no'] as const

/** As many bad rows as anybody reads on a page; all of them are in the file to download. */
const SHOWN = 100

/** One import: what would come of its file, how far it is, or what came of it. */
export const look = definePage({
  path: '/manage/people/import/:id',
  template: 'manage/import/look',
  signedIn: true,
  role: 'administrator',
  stepUp: true,
  async view(visit, ctx) {
    const { parts, organization, locale } = visit
    const { found, bad, names } = await withOrganization(parts.database, organization.id, async (tx) => {
      const asked = await importAsked(tx, ctx)
      return {
        found: asked,
        bad: await firstBad(parts, tx, asked.id),
        names: await fullNamesOf(tx, asked.madeBy === null ? [] : [asked.madeBy]),
      }
    })
    const { madeBy, madeAt, good, bad: badCount, skipped } = found
    return {
      view: {
        ...found,
        when: formatInstant(madeAt, locale),
        by: madeBy === null ? null : (names.get(madeBy) ?? ''),
        bringing: good - found.toInvite,
        done: found.made + skipped,
        rows: bad.slice(0, SHOWN).map(shownRow),
        isCut: bad.length > SHOWN,
        most: SHOWN,
        notMade: badCount + skipped,
        left: good - found.made - skipped,
        may: mayDecide(visit, found),
      },
    }
  },
  fields: { invites: choice(INVITES, 'errors.invites') },
  async submit(visit, { invites }, ctx) {
    const importId = idOfImport(ctx)
    const { outcome } = await startImport(visit.parts, visit.organization.id, signedInHere(visit), {
      importId,
      invites: invites === 'yes',
    })
    switch (outcome) {
      case 'started':
        return { goTo: `/manage/people/import/${importId}`, notice: 'import-started' }
      case 'another-runs':
        return { errors: { form: [{ key: 'errors.import-runs' }] } }
      case 'gone':
        return stillThere(visit, ctx)
      case 'not-theirs':
        throw new Refused(403)
      case 'over':
        return SESSION_ENDED
    }
  },
})

async function firstBad({ secrets }: WebParts, tx: Transaction, importId: string): Promise<BadRow[]> {
  const rows: BadRow[] = []
  let batch = await nextBatch(tx, secrets, importId, 'bad')
  while (batch && rows.length <= SHOWN) {
    rows.push(...batch.rows)
    batch = await nextBatch(tx, secrets, importId, 'bad', batch.number)
  }
  return rows
}

/** Every fault with what was found there; of a hash nothing is shown, and where nothing stood there is nothing to show. */
function shownRow({ row, cells, faults }: BadRow) {
  const who = cells.username || cells.email || cells.full_name || ''
  return {
    row,
    who,
    faults: faults.map(({ column, why }) => ({ column, why, found: (column && cells[column]) ?? '' })),
  }
}
