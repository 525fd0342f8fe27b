import { accountsById } from '../../../accounts/store.ts'
import { withOrganization } from '../../../database/transaction.ts'
import { formatInstant } from '../../../i18n/format.ts'
import { differenceOf } from '../../../organizations/settings-difference.ts'
import { savedVersions } from '../../../organizations/store.ts'
import { definePage } from '../../page.ts'

const ON_A_PAGE = 20
/** Above every number that there can be. */
const LATEST = 2 ** 31 - 1

/** Every version of the settings, the newest first: when it was saved, by whom, and what it changed. */
export const overview = definePage({
  path: '/manage/history',
  template: 'manage/history/overview',
  signedIn: true,
  role: 'owner',
  async view({ parts, organization, locale }, ctx) {
    const below = Number(/^[0-9]{1,9}$/.exec(String(ctx.query['below']))?.[0] ?? LATEST)
    const { saved, savers } = await withOrganization(parts.database, organization.id, async (tx) => {
      // One more than is shown: the one before the last tells what the last changed.
      const found = await savedVersions(tx, below, ON_A_PAGE + 1)
      return {
        saved: found,
        savers: await accountsById(
          tx,
          found.map(({ savedBy }) => savedBy),
        ),
      }
    })
    const shown = saved.slice(0, ON_A_PAGE)
    return {
      view: {
        versions: shown.map(({ version, savedAt, savedBy, restoredFrom, settings }, index) => {
          const before = saved[index + 1]
          return {
            version,
            when: formatInstant(savedAt, locale),
            by: { isOperator: savedBy === null, name: savers.get(savedBy ?? '')?.fullName ?? null },
            restoredFrom,
            changed: before ? differenceOf(before.settings, settings).map(({ setting }) => setting) : [],
          }
        }),
        older: saved.length > ON_A_PAGE ? (shown.at(-1)?.version ?? null) : null,
        isFirstPage: below === LATEST,
      },
    }
  },
})
