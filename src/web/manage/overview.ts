import { withOrganization } from '../../database/transaction.ts'
import { readinessUnder } from '../../recovery/readiness/readiness.ts'
import { countOfWaiting } from '../../recovery/requests/lists-store.ts'
import { definePage } from '../page.ts'

/** Where who runs the organization comes in: what waits for them, who could get back in, and where each thing is decided. */
export const overview = definePage({
  path: '/manage',
  template: 'manage/overview',
  signedIn: true,
  role: 'administrator',
  view: ({ parts, organization, settings }) =>
    withOrganization(parts.database, organization.id, async (tx) => {
      const { people, able } = await readinessUnder(parts, tx, settings)
      return { view: { waiting: await countOfWaiting(tx), people, able } }
    }),
})
