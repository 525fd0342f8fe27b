import { withOrganization } from '../../database/transaction.ts'
import { countOfWaiting } from '../../recovery/requests/lists-store.ts'
import { definePage } from '../page.ts'

/** Where who runs the organization comes in: what waits for them, and where each thing is decided. */
export const overview = definePage({
  path: '/manage',
  template: 'manage/overview',
  signedIn: true,
  role: 'administrator',
  view: async ({ parts, organization }) => ({
    view: { waiting: await withOrganization(parts.database, organization.id, countOfWaiting) },
  }),
})
