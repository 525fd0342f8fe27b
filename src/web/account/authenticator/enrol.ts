import { confirmSetUp, pendingOf } from '../../../profile/authenticator.ts'
import { calledInTheApp, keyToSetUp } from '../../enrolment.ts'
import { typedCode } from '../../form.ts'
import { definePage } from '../../page.ts'
import { signedInHere } from '../../step-up.ts'
import { signedInPerson } from '../../visit.ts'

/** Where somebody goes who has nothing under way. */
export const NOTHING_UNDER_WAY = { goTo: '/account/authenticator', notice: 'set-up-over' } as const

/** The key of the authenticator that is being set up, confirmed by a code of it. It is the account's after the next page. */
export const enrol = definePage({
  path: '/account/authenticator/enrol',
  template: 'account/authenticator/enrol',
  signedIn: true,
  async view(visit) {
    const { account, session } = signedInPerson(visit)
    const pending = await pendingOf(visit.parts, visit.organization.id, session.id)
    if (pending?.what !== 'authenticator') return NOTHING_UNDER_WAY
    if (pending.authenticator.lastStep !== null) return { goTo: '/account/authenticator/recovery-codes' }
    return { view: keyToSetUp(visit, pending.authenticator, calledInTheApp(account)) }
  },
  fields: { code: typedCode },
  async submit(visit, { code }) {
    if (code === '') return { errors: { code: [{ key: 'errors.code.missing' }] } }
    const { parts, organization } = visit
    const { outcome } = await confirmSetUp(parts, organization.id, signedInHere(visit), code)
    if (outcome === 'malformed') return { errors: { code: [{ key: 'errors.enrolment.malformed' }] } }
    if (outcome === 'wrong') return { errors: { code: [{ key: 'errors.enrolment.wrong' }] } }
    return outcome === 'over' ? NOTHING_UNDER_WAY : { goTo: '/account/authenticator/recovery-codes' }
  },
})
