import { formatInstant } from '../../i18n/format.ts'
import {
  disownSignUp,
  examineVerification,
  refreshVerification,
  verifyEmail,
  type DeadSignUp,
} from '../../signup/verify.ts'
import { choice, optionalSecret } from '../form.ts'
import { definePage } from '../page.ts'
import { tokenOf } from '../token.ts'
import type { Visit } from '../visit.ts'

/**
 * The link of the mail that proves a mailbox. Opening it changes nothing; the buttons do. Its forms name no address, so that
 * they post to the one that they stand on and the token is written in no page.
 */
export const verify = definePage({
  path: '/verify-email',
  template: 'signup/verify',
  async view(visit, ctx) {
    const { parts, organization, locale } = visit
    const state = await examineVerification(parts, organization.id, tokenOf(ctx), presserOf(visit))
    if (state.outcome === 'too-many') return { tooMany: state.retryAfterSeconds }
    if (state.outcome === 'dead') return deadLink(state.reason)
    const { at, place, device } = state.from
    return {
      view: { asksPassword: state.asksPassword, from: { when: formatInstant(at, locale), place, device } },
    }
  },
  fields: { action: choice(['verify', 'disown', 'fresh']), password: optionalSecret },
  async submit(visit, { action, password }, ctx) {
    const { parts, organization, visitor } = visit
    const token = tokenOf(ctx)
    if (action === 'fresh') {
      const asked = await refreshVerification(parts, organization.id, token, visitor)
      if (!asked) return { goTo: '/sign-up' }
      return asked.outcome === 'asked'
        ? { goTo: '/sign-in', notice: 'verification-sent-again' }
        : { tooMany: asked.retryAfterSeconds }
    }
    if (action === 'disown') {
      const disowned = await disownSignUp(parts, organization.id, token, visitor)
      if (disowned.outcome === 'too-many') return { tooMany: disowned.retryAfterSeconds }
      if (disowned.outcome === 'dead' && disowned.reason !== 'disowned') return deadLink(disowned.reason)
      return { goTo: '/sign-in', notice: 'sign-up-deleted' }
    }
    const verified = await verifyEmail(parts, organization.id, { token, password }, presserOf(visit))
    switch (verified.outcome) {
      case 'verified':
        visit.cookies.clear('sign-up')
        return { goTo: '/verify-email/done' }
      case 'asks-password':
        return { errors: { password: [{ key: 'errors.verify.asks-password' }] } }
      case 'wrong-password':
        return { errors: { password: [{ key: 'errors.verify.wrong-password' }] } }
      case 'dead':
        return deadLink(verified.reason)
      case 'too-many':
        return { tooMany: verified.retryAfterSeconds }
    }
  },
})

function presserOf({ visitor, cookies }: Visit) {
  return { visitor, askerToken: cookies.read('sign-up') }
}

/** The page of a link that proves nothing any more, with the way on that it has. */
function deadLink(reason: DeadSignUp) {
  return { show: 'signup/ended', status: reason === 'not-known' ? 404 : 410, view: { reason } }
}
