import type { Context } from 'koa'
import { pageToUndo } from '../../../access/change-link.ts'
import { formatInstant } from '../../../i18n/format.ts'
import { examineOwnChange, undoOwnChange } from '../../../recovery/undo-change.ts'
import { choice } from '../../form.ts'
import { definePage, type GoTo } from '../../page.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import { signedInPerson } from '../../visit.ts'

const OVER: GoTo = { goTo: '/account/activity', notice: 'change-settled' }

/**
 * "This wasn't me", of a change that was made: the same undoing as by its letter. It closes the account, so it takes both
 * proofs, however fresh: a stolen session must not be enough to lock its person out.
 */
export const undo = definePage({
  path: '/account/activity/undo',
  template: 'account/activity/undo',
  signedIn: true,
  stepUp: { always: 'everything' },
  async view(visit, ctx) {
    const { parts, organization, locale } = visit
    const { account } = signedInPerson(visit)
    const id = changeIn(ctx)
    const standing = await examineOwnChange(parts, organization.id, account.id, id)
    if (standing.outcome !== 'open') return OVER
    const { madeAt, change, wayBack } = standing
    return { view: { id, change, wayBack, when: formatInstant(madeAt, locale) } }
  },
  fields: { confirm: choice(['yes'], 'errors.confirm.missing') },
  async submit(visit, _values, ctx) {
    const { parts, organization, locale } = visit
    const changeId = changeIn(ctx)
    const who = { ...signedInHere(visit), locale }
    const standing = await undoOwnChange(parts, organization.id, changeId, who)
    if (standing.outcome === 'over') return SESSION_ENDED
    if (standing.outcome !== 'undone') return OVER
    // The letter's page says what was done, and how it stands: nobody is signed in any more.
    return { goTo: pageToUndo(parts.secrets, organization.id, changeId) }
  },
})

function changeIn(ctx: Context): string {
  const { change } = ctx.query
  return typeof change === 'string' ? change : ''
}
