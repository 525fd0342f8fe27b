import type { ContactKind } from '../../../delivery/news.ts'
import { removeContact } from '../../../profile/remove-contact.ts'
import { definePage } from '../../page.ts'
import { signedInHere } from '../../step-up.ts'
import { signedInPerson } from '../../visit.ts'
import { isNeeded } from '../ways-back.ts'
import { contactAsShown, PROFILE } from './overview.ts'

export const removeEmail = removing('email')
export const removePhone = removing('phone')

/** Takes an address or number away, for who proves both again, unless its person could not come back without it. */
function removing(kind: ContactKind) {
  return definePage({
    path: `${PROFILE}/remove-${kind}`,
    template: 'account/profile/remove',
    signedIn: true,
    stepUp: { always: 'everything' },
    view(visit) {
      const { parts, settings, now } = visit
      const { account } = signedInPerson(visit)
      const { value } = contactAsShown(visit, kind)
      if (value === null) return { goTo: PROFILE }
      return { view: { kind, value, isNeeded: isNeeded(parts, settings, account, kind, now) } }
    },
    fields: {},
    async submit(visit) {
      const { parts, organization, settings, locale } = visit
      const who = { ...signedInHere(visit), locale }
      const removed = await removeContact(parts, organization.id, who, kind, (account, now) =>
        isNeeded(parts, settings, account, kind, now),
      )
      if (removed === 'needed') return { goTo: `${PROFILE}/remove-${kind}` }
      return removed === 'removed' ? { goTo: PROFILE, notice: `${kind}-removed` } : { goTo: PROFILE }
    },
  })
}
