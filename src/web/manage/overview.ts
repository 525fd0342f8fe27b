import { withOrganization } from '../../database/transaction.ts'
import { readinessUnder } from '../../recovery/readiness/readiness.ts'
import { definePage } from '../page.ts'

/** Where who runs the organization comes in: who could get back in today, and where each thing is decided. */
export const overview = definePage({
  path: '/manage',
  template: 'manage/overview',
  signedIn: true,
  role: 'administrator',
  async view({ parts, organization, settings }) {
    const { people, able } = await withOrganization(parts.database, organization.id, (tx) =>
      readinessUnder(parts, tx, settings),
    )
    return { view: { people, able } }
  },
})
