import { authenticatorOf } from '../../../credentials/authenticator-store.ts'
import { withOrganization } from '../../../database/transaction.ts'
import { formatInstant } from '../../../i18n/format.ts'
import { definePage } from '../../page.ts'
import { signedInPerson, type Visit } from '../../visit.ts'

/** The second lock of who is signed in, and what can be done with it. */
export const overview = definePage({
  path: '/account/authenticator',
  template: 'account/authenticator/overview',
  signedIn: true,
  async view(visit) {
    const has = await authenticatorHere(visit)
    return {
      view: {
        since: has && formatInstant(has.confirmedAt, visit.locale),
        codesLeft: has?.codesLeft ?? 0,
        isRequired: isRequired(visit),
      },
    }
  },
})

/** The authenticator of who is signed in; null for who has none. */
export function authenticatorHere(visit: Visit): ReturnType<typeof authenticatorOf> {
  const { account } = signedInPerson(visit)
  return withOrganization(visit.parts.database, visit.organization.id, (tx) =>
    authenticatorOf(tx, account.id),
  )
}

/** Whether the organization asks an authenticator of everybody. */
export function isRequired({ settings }: Visit): boolean {
  return settings.recovery.authenticator === 'require'
}
