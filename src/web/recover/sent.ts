import { beginAgain } from '../../recovery/begin.ts'
import { definePage } from '../page.ts'
import { afterAsking, askingFrom } from './asking.ts'
import { atStep } from './step.ts'

/** "Please check your email", the same for everyone, with a way to ask again. */
export const sent = definePage({
  path: '/recover/sent',
  template: 'recover/sent',
  async view(visit, ctx) {
    const here = await atStep(visit, 'sent')
    return 'goTo' in here
      ? here
      : { view: { minutes: here.standing.linkMinutes, again: 'again' in ctx.query } }
  },
  fields: {},
  async submit(visit) {
    const begun = await beginAgain(visit.parts, visit.organization.id, askingFrom(visit))
    return begun ? afterAsking(visit, begun, 'again') : { goTo: '/recover' }
  },
})
