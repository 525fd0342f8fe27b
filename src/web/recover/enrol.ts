import { beginEnrolment, confirmEnrolment } from '../../recovery/enrol.ts'
import { keyToSetUp } from '../enrolment.ts'
import { choice, typedCode } from '../form.ts'
import { definePage } from '../page.ts'
import { atStep } from './step.ts'

/** Sets up an authenticator, for who has none: it counts from the moment that the new password does. */
export const enrol = definePage({
  path: '/recover/enrol',
  template: 'recover/enrol',
  async view(visit) {
    const here = await atStep(visit, 'enrolling')
    if ('goTo' in here) return here
    const { pending, account } = here.standing
    if (!pending) return { view: { key: null } }
    return { view: keyToSetUp(visit, pending, account) }
  },
  fields: { action: choice(['begin', 'confirm']), code: typedCode },
  async submit(visit, { action, code }) {
    const here = await atStep(visit, 'enrolling')
    if ('goTo' in here) return here
    const { parts, organization, cookies, visitor } = visit
    const answerer = { recoveryToken: cookies.read('recovery') ?? '', visitor }
    if (action === 'begin') {
      await beginEnrolment(parts, organization.id, answerer)
      return { goTo: '/recover/enrol' }
    }
    if (code === '') return { errors: { code: [{ key: 'errors.code.missing' }] } }
    const { outcome } = await confirmEnrolment(parts, organization.id, answerer, code)
    if (outcome === 'malformed') return { errors: { code: [{ key: 'errors.enrolment.malformed' }] } }
    if (outcome === 'wrong') return { errors: { code: [{ key: 'errors.enrolment.wrong' }] } }
    return { goTo: '/recover/recovery-codes' }
  },
})
