import { keepAccount } from '../../profile/deletion.ts'
import { definePage } from '../page.ts'
import { signedInPerson } from '../visit.ts'

/** Keeps an account that was about to be deleted: the button that stands on every page meanwhile. */
export const keep = definePage({
  path: '/account/keep',
  signedIn: true,
  fields: {},
  async submit(visit) {
    const { parts, organization } = visit
    const { account } = signedInPerson(visit)
    const kept = await keepAccount(parts, organization.id, account.id, visit)
    return kept ? { goTo: '/account', notice: 'account-kept' } : { goTo: '/account' }
  },
})
