import { codesOf, finishPending, pendingOf } from '../../../profile/authenticator.ts'
import { calledInTheApp, codesToKeep } from '../../enrolment.ts'
import { typedCode } from '../../form.ts'
import { definePage } from '../../page.ts'
import { signedInHere } from '../../step-up.ts'
import { signedInPerson } from '../../visit.ts'
import { NOTHING_UNDER_WAY } from './enrol.ts'

/** New recovery codes, shown this once. One is typed back, and with it everything that was begun counts. */
export const recoveryCodes = definePage({
  path: '/account/authenticator/recovery-codes',
  template: 'account/authenticator/recovery-codes',
  signedIn: true,
  async view(visit) {
    const { account, session } = signedInPerson(visit)
    const pending = await pendingOf(visit.parts, visit.organization.id, session.id)
    if (!pending) return NOTHING_UNDER_WAY
    const codes = codesOf(pending)
    return codes.length > 0
      ? { view: codesToKeep(visit, codes, calledInTheApp(account)) }
      : { goTo: '/account/authenticator/enrol' }
  },
  fields: { code: typedCode },
  async submit(visit, { code }) {
    if (code === '') return { errors: { code: [{ key: 'errors.recovery-code.missing' }] } }
    const { parts, organization, cookies, locale } = visit
    const who = { ...signedInHere(visit), locale }
    const finished = await finishPending(parts, organization.id, who, code)
    switch (finished.outcome) {
      case 'changed':
        cookies.write('session', finished.sessionToken)
        return { goTo: '/account/authenticator', notice: `authenticator-${finished.change}` }
      case 'malformed':
      case 'wrong':
        return { errors: { code: [{ key: 'errors.recovery-code.wrong' }] } }
      default:
        return NOTHING_UNDER_WAY
    }
  },
})
