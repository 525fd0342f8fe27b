import { signOut as endSession } from '../../signin/sign-out.ts'
import { definePage } from '../page.ts'

/** Ends the session. The browser forgets what it cached; cookies stay, for they may be another organization's. */
export const signOut = definePage({
  path: '/sign-out',
  fields: {},
  async submit({ parts, organization, cookies, visitor }, _values, ctx) {
    const token = cookies.read('session')
    if (token) await endSession(parts, organization.id, token, visitor)
    cookies.clear('session')
    ctx.set('Clear-Site-Data', '"cache"')
    return { goTo: '/sign-in', notice: 'signed-out' }
  },
})
