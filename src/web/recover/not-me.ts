import type { Context } from 'koa'
import { disownAttempt, examineDisowning } from '../../recovery/disown.ts'
import { definePage, type Answer } from '../page.ts'
import { tokenOf } from '../token.ts'
import { deadLink } from './link.ts'

/** "This wasn't me", from the mail of a request: the button cancels that request, and opening the page does nothing. */
export const notMe = definePage({
  path: '/recover/not-me',
  template: 'recover/not-me',
  async view({ parts, organization, visitor }, ctx: Context): Promise<Answer> {
    const state = await examineDisowning(parts, organization.id, tokenOf(ctx), visitor)
    if (state.outcome === 'too-many') return { tooMany: state.retryAfterSeconds }
    return state.outcome === 'open' ? { view: {} } : deadLink(state.reason, false)
  },
  fields: {},
  async submit({ parts, organization, visitor }, _values, ctx) {
    const state = await disownAttempt(parts, organization.id, tokenOf(ctx), visitor)
    if (state.outcome === 'too-many') return { tooMany: state.retryAfterSeconds }
    if (state.outcome === 'dead' && state.reason !== 'cancelled') return deadLink(state.reason, false)
    return { goTo: '/recover/ended/cancelled' }
  },
})
