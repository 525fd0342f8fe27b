import { beginRecovery } from '../../recovery/begin.ts'
import { offered } from '../../recovery/strategies/index.ts'
import { requiredText } from '../form.ts'
import { definePage } from '../page.ts'
import { afterAsking, askingFrom } from './asking.ts'

/** "Forgot password?": one field, and a button that says what will happen. */
export const identify = definePage({
  path: '/recover',
  template: 'recover/identify',
  view: ({ parts, settings: { recovery } }) => {
    const ways = offered(parts, recovery)
    const [only] = ways.length === 1 ? ways : []
    return { view: { asks: recovery.identifier, only: only?.id ?? null, offered: ways.length > 0 } }
  },
  fields: {
    identifier: requiredText({ missing: 'errors.identifier.nobody', tooLong: 'errors.identifier.too-long' }),
  },
  async submit(visit, { identifier }) {
    const begun = await beginRecovery(visit.parts, visit.organization.id, identifier, askingFrom(visit))
    return afterAsking(visit, begun, 'first')
  },
})
