import { keepCodes } from '../../recovery/enrol.ts'
import { typedCode } from '../form.ts'
import { definePage } from '../page.ts'
import { atStep } from './step.ts'

/** The recovery codes of the new authenticator, shown this once; one is typed back before they count. */
export const recoveryCodes = definePage({
  path: '/recover/recovery-codes',
  template: 'recover/recovery-codes',
  async view(visit) {
    const here = await atStep(visit, 'keeping-codes')
    if ('goTo' in here) return here
    const { codes } = here.standing
    const { organization, parts } = visit
    const heading = [
      organization.name,
      `${parts.publicUrl}/${organization.slug}/sign-in`,
      here.standing.account,
    ]
    return { view: { codes, file: encodeURIComponent([...heading, '', ...codes, ''].join('\n')) } }
  },
  fields: { code: typedCode },
  async submit(visit, { code }) {
    const here = await atStep(visit, 'keeping-codes')
    if ('goTo' in here) return here
    const { parts, organization, cookies, visitor } = visit
    if (code === '') return { errors: { code: [{ key: 'errors.recovery-code.missing' }] } }
    const answerer = { recoveryToken: cookies.read('recovery') ?? '', visitor }
    const { outcome } = await keepCodes(parts, organization.id, answerer, code)
    if (outcome === 'malformed' || outcome === 'wrong')
      return { errors: { code: [{ key: 'errors.recovery-code.wrong' }] } }
    return { goTo: '/recover/password' }
  },
})
