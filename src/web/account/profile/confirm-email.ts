import { formatInstant } from '../../../i18n/format.ts'
import {
  confirmEmail as confirm,
  examineConfirmation,
  type Confirmation,
} from '../../../profile/confirm-email.ts'
import { definePage, type Show, type TooMany } from '../../page.ts'
import { tokenOf } from '../../token.ts'

const PATH = '/account/profile/confirm-email'

/**
 * The link of the mail that proves a new address; a first one only where its person is signed in, any other in any browser,
 * for mail is read on a phone. Opening it changes nothing, the button does. Its form has no action, so that it posts to the address that it stands on and the token is written in no page.
 */
export const confirmEmail = definePage({
  path: PATH,
  template: 'account/profile/confirm-email',
  async view({ parts, organization, visitor, locale, person }, ctx) {
    const by = { visitor, actorId: person?.account.id }
    const standing = await examineConfirmation(parts, organization.id, tokenOf(ctx), by)
    if (standing.outcome === 'confirmed') return { view: { state: 'confirmed' } }
    if (standing.outcome !== 'open') return over(standing)
    const { at, place, device } = standing.from
    return { view: { state: 'open', from: { when: formatInstant(at, locale), place, device } } }
  },
  fields: {},
  async submit({ parts, organization, visitor, locale, person }, _values, ctx) {
    const token = tokenOf(ctx)
    const standing = await confirm(parts, organization.id, token, {
      visitor,
      locale,
      actorId: person?.account.id,
    })
    if (standing.outcome !== 'open' && standing.outcome !== 'confirmed') return over(standing)
    // The same page says from now on that it is done.
    return { goTo: `${PATH}?token=${token}` }
  },
})

function over(standing: Exclude<Confirmation, { outcome: 'open' | 'confirmed' }>): Show | TooMany {
  if (standing.outcome === 'too-many') return { tooMany: standing.retryAfterSeconds }
  const { reason } = standing
  const status = reason === 'not-known' ? 404 : reason === 'signed-out' ? 403 : 410
  return { show: 'account/profile/confirm-email', status, view: { state: reason } }
}
