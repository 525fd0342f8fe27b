import { keepAccount } from '../../profile/deletion.ts'
import { definePage } from '../page.ts'
import { SESSION_ENDED, signedInHere } from '../step-up.ts'

/** Keeps an account that was about to be deleted: the button that stands on every page meanwhile. */
export const keep = definePage({
  path: '/account/keep',
  signedIn: true,
  fields: {},
  async submit(visit) {
    const { parts, organization, locale } = visit
    const kept = await keepAccount(parts, organization.id, { ...signedInHere(visit), locale })
    if (kept === 'over') return SESSION_ENDED
    return kept === 'kept' ? { goTo: '/account', notice: 'account-kept' } : { goTo: '/account' }
  },
})
