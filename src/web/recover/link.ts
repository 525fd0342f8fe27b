import type { DeadReason } from '../../recovery/attempt.ts'
import { examineLink, followLink, refreshLink } from '../../recovery/follow-link.ts'
import { choice } from '../form.ts'
import { definePage } from '../page.ts'
import { tokenOf } from '../token.ts'
import { afterAsking, askingFrom } from './asking.ts'

/**
 * The link of the mail. Opening it changes nothing; the button does. Its form has no action, so that it posts to the
 * address it stands on and the token is written in no page.
 */
export const link = definePage({
  path: '/recover/link',
  template: 'recover/link',
  async view(visit, ctx) {
    const state = await examineLink(visit.parts, visit.organization.id, tokenOf(ctx), visit.visitor)
    switch (state.outcome) {
      case 'alive':
        return { view: { isInvitation: state.isInvitation } }
      case 'dead':
        return deadLink(state.reason, state.canRefresh)
      case 'too-many':
        return { tooMany: state.retryAfterSeconds }
    }
  },
  fields: { action: choice(['continue', 'fresh']) },
  async submit(visit, { action }, ctx) {
    const { parts, organization, visitor, cookies } = visit
    if (action === 'fresh') {
      const begun = await refreshLink(parts, organization.id, tokenOf(ctx), askingFrom(visit))
      return begun ? afterAsking(visit, begun, 'again') : { goTo: '/recover' }
    }
    const followed = await followLink(parts, organization.id, tokenOf(ctx), visitor)
    if (followed.outcome === 'too-many') return { tooMany: followed.retryAfterSeconds }
    if (followed.outcome === 'dead') return deadLink(followed.reason, followed.canRefresh)
    cookies.write('recovery', followed.browserToken)
    // The password's own step check finds whether something is asked before it.
    return { goTo: '/recover/password' }
  },
})

/** The page of a link that works no more, with the way on that it has. */
export function deadLink(reason: DeadReason, canRefresh: boolean) {
  return { show: 'recover/ended', status: reason === 'not-known' ? 404 : 410, view: { reason, canRefresh } }
}
