import { stopImport } from '../../../people/import/start.ts'
import { Refused } from '../../errors.ts'
import { definePage } from '../../page.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import { idOfImport, stillThere } from './asked.ts'

/** Forgets a file that was looked at, or stops what runs. It makes nothing, so nobody need prove themselves for it. */
export const stop = definePage({
  path: '/manage/people/import/:id/stop',
  signedIn: true,
  role: 'administrator',
  view: stillThere,
  fields: {},
  async submit(visit, _values, ctx) {
    const id = idOfImport(ctx)
    const { outcome } = await stopImport(visit.parts, visit.organization.id, signedInHere(visit), id)
    switch (outcome) {
      case 'stopped':
        return { goTo: `/manage/people/import/${id}`, notice: 'import-stopped' }
      case 'forgotten':
        return { goTo: '/manage/people/import', notice: 'import-forgotten' }
      case 'gone':
        return stillThere(visit, ctx)
      case 'not-theirs':
        throw new Refused(403)
      case 'over':
        return SESSION_ENDED
    }
  },
})
