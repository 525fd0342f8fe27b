import { withOrganization } from '../../database/transaction.ts'
import { definePage } from '../page.ts'
import { signedInPerson } from '../visit.ts'
import { personalData } from './personal-data.ts'

/** What is kept of who is signed in, to take along: said here, and handed over after a proof that is not old. */
export const data = definePage({
  path: '/account/data',
  template: 'account/data',
  signedIn: true,
  stepUp: true,
  view: () => ({ view: {} }),
  fields: {},
  async submit(visit) {
    const { parts, organization } = visit
    const { account } = signedInPerson(visit)
    const content = await withOrganization(parts.database, organization.id, (tx) =>
      personalData(tx, organization, account),
    )
    const day = content.madeAt.toISOString().slice(0, 10)
    const body = JSON.stringify(content, null, 2)
    return { download: { name: `${organization.slug}-${day}.json`, type: 'application/json', body } }
  },
})
