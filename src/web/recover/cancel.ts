import { cancelRecovery } from '../../recovery/cancel.ts'
import { definePage } from '../page.ts'

/** "I remember my password": the same answer whatever there was to cancel. */
export const cancel = definePage({
  path: '/recover/cancel',
  fields: {},
  async submit({ parts, organization, cookies, visitor }) {
    const token = cookies.read('recovery')
    if (token) await cancelRecovery(parts, organization.id, token, visitor)
    cookies.clear('recovery')
    return { goTo: '/recover/ended/cancelled' }
  },
})
