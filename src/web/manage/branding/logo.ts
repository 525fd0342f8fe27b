import { changeLogo, LOGO_SIZE } from '../../../settings/change-logo.ts'
import { optionalLine } from '../../form.ts'
import { definePage } from '../../page.ts'
import { signedInHere } from '../../step-up.ts'
import { afterSaving } from '../saved.ts'

const MOST_MEGABYTES = 2

/** The picture that stands beside the name of an organization on all its pages. */
export const logo = definePage({
  path: '/manage/branding/logo',
  template: 'manage/branding/logo',
  signedIn: true,
  role: 'owner',
  stepUp: true,
  view: () => ({ view: { ...LOGO_SIZE, megabytes: MOST_MEGABYTES } }),
  fields: { remove: optionalLine({ tooLong: 'errors.form.unreadable' }) },
  files: { logo: MOST_MEGABYTES * 1024 ** 2 },
  async submit(visit, { remove }, _ctx, { logo: sent }) {
    const fault = (name: string) => ({ errors: { logo: [{ key: `errors.logo.${name}` }] } })
    if (!sent && remove === '') return fault('missing')
    if (sent && 'tooLarge' in sent) return fault('too-large')
    const changed = await changeLogo(visit.parts, visit.organization.id, signedInHere(visit), {
      file: remove === '' && sent ? sent.content : null,
      locale: visit.locale,
    })
    if (changed.outcome === 'unfit') return fault(changed.fault)
    return afterSaving(changed, '/manage/branding/logo')
  },
})
