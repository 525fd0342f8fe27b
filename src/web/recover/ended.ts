import { CLOSED_REASONS } from '../../recovery/attempt.ts'
import { Refused } from '../errors.ts'
import { definePage } from '../page.ts'
import { pathPart } from '../visit.ts'

const REASONS: readonly string[] = [...CLOSED_REASONS, 'used', 'not-known']

/** One page for each way a recovery can end, each with its reason and a next step. It tells nothing that the address does not. */
export const ended = definePage({
  path: '/recover/ended/:reason',
  template: 'recover/ended',
  view(_visit, ctx) {
    const reason = pathPart(ctx, 'reason')
    if (!REASONS.includes(reason)) throw new Refused(404)
    return { view: { reason, canRefresh: false } }
  },
})
