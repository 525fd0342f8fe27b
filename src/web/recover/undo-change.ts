import type { Context } from 'koa'
import type { ChangeLink } from '../../access/change-link.ts'
import { formatInstant } from '../../i18n/format.ts'
import { examineChange, undoChange as undo, type ChangeStanding } from '../../recovery/undo-change.ts'
import { choice } from '../form.ts'
import { definePage, type Show, type TooMany } from '../page.ts'
import { tokenOf } from '../token.ts'
import { deadLink } from './link.ts'

const PATH = '/recover/undo-change'

/**
 * "This wasn't me", from the letter about a change that was made. Opening the page does nothing. Its button wants a tick
 * besides: there are mail scanners that press buttons, and they must not close anybody's account.
 */
export const undoChange = definePage({
  path: PATH,
  template: 'recover/undo-change',
  async view({ parts, organization, visitor, locale }, ctx) {
    const standing = await examineChange(parts, organization.id, linkOf(ctx), visitor)
    if (standing.outcome !== 'open' && standing.outcome !== 'undone') return over(standing)
    const { wayBack } = standing
    if (standing.outcome === 'undone') return { view: { state: wayBack ? 'undone' : 'over', wayBack } }
    const { madeAt, ...open } = standing
    return { view: { ...open, state: 'open', when: formatInstant(madeAt, locale) } }
  },
  fields: { confirm: choice(['yes'], 'errors.confirm.missing') },
  async submit({ parts, organization, visitor, locale }, _values, ctx) {
    const link = linkOf(ctx)
    const standing = await undo(parts, organization.id, link, { visitor, locale })
    if (standing.outcome !== 'open' && standing.outcome !== 'undone') return over(standing)
    // The same page says from now on what was done, and how it stands.
    return { goTo: `${PATH}?change=${link.changeId}&token=${link.token}` }
  },
})

function over(standing: Exclude<ChangeStanding, { outcome: 'open' | 'undone' }>): Show | TooMany {
  if (standing.outcome === 'too-many') return { tooMany: standing.retryAfterSeconds }
  if (standing.outcome === 'dead') return deadLink(standing.reason, false)
  return { show: 'recover/undo-change', status: 410, view: { state: standing.outcome } }
}

function linkOf(ctx: Context): ChangeLink {
  const { change } = ctx.query
  return { changeId: typeof change === 'string' ? change : '', token: tokenOf(ctx) }
}
