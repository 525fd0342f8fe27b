import { totpUri } from '../../credentials/totp.ts'
import { beginEnrolment, confirmEnrolment } from '../../recovery/enrol.ts'
import { choice, typedCode } from '../form.ts'
import { definePage } from '../page.ts'
import { qrSvg } from '../qr.ts'
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
    const uri = totpUri({ secret: pending.secret, organization: visit.organization.name, account })
    const key = pending.secret.match(/.{1,4}/g)?.join(' ') ?? ''
    return {
      view: { key, uri, picture: qrSvg(uri, visit.parts.words.in(visit.locale)('recover.enrol.picture')) },
    }
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
