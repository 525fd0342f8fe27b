import { withOrganization } from '../../database/transaction.ts'
import { populationOf } from '../../recovery/readiness/population.ts'
import { readinessUnder } from '../../recovery/readiness/readiness.ts'
import { countOfWaiting } from '../../recovery/requests/lists-store.ts'
import { definePage } from '../page.ts'

/** Where who runs the organization comes in: who could get back in, what waits for them, and where each thing is decided. */
export const overview = definePage({
  path: '/manage',
  template: 'manage/overview',
  signedIn: true,
  role: 'administrator',
  async view({ parts, organization, settings }) {
    return withOrganization(parts.database, organization.id, async (tx) => {
      const { people, able } = await readinessUnder(parts, tx, settings, await populationOf(tx))
      return { view: { people, able, waiting: await countOfWaiting(tx) } }
    })
  },
})
