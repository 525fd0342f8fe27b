import { couldBecomeOwner, isOnlyOwner } from '../../accounts/deletion-store.ts'
import { withOrganization } from '../../database/transaction.ts'
import { formatInstant } from '../../i18n/format.ts'
import { askDeletion, earliestDeletion } from '../../profile/deletion.ts'
import { choice } from '../form.ts'
import { definePage } from '../page.ts'
import { SESSION_ENDED, signedInHere } from '../step-up.ts'
import { signedInPerson, type Visit } from '../visit.ts'

const PATH = '/account/delete'
/** So many are named who could be made an owner. */
const MOST_NAMED = 5

/** Asks for the account to be deleted: what goes, what stays, and how long it can be kept. Both proofs, however fresh. */
export const deleteAccount = definePage({
  path: PATH,
  template: 'account/delete',
  signedIn: true,
  stepUp: { always: 'everything' },
  async view(visit) {
    if (signedInPerson(visit).account.deletionDueAt) return { goTo: '/account' }
    return { view: await howItStands(visit) }
  },
  fields: { understood: choice(['yes'], 'errors.understood.missing') },
  async submit(visit) {
    const { parts, organization, locale } = visit
    const asked = await askDeletion(parts, organization.id, { ...signedInHere(visit), locale })
    switch (asked.outcome) {
      case 'asked':
        return { goTo: '/account', notice: 'deletion-asked' }
      case 'last-owner':
        return { goTo: PATH }
      case 'over':
        return SESSION_ENDED
    }
  },
})

/** When it would be, whether nobody would own the organization without this person, and who could. */
async function howItStands(visit: Visit) {
  const { parts, organization, locale } = visit
  const { id } = signedInPerson(visit).account
  return withOrganization(parts.database, organization.id, async (tx) => {
    const { dueAt, waitsForChanges } = await earliestDeletion(tx, id)
    const isLastOwner = await isOnlyOwner(tx, id)
    return {
      when: formatInstant(dueAt, locale),
      waitsForChanges,
      isLastOwner,
      couldBeOwners: isLastOwner ? await couldBecomeOwner(tx, id, MOST_NAMED) : [],
    }
  })
}
