import { beginAgain } from '../../recovery/choose.ts'
import { definePage } from '../page.ts'
import { afterAsking, askingFrom } from './asking.ts'
import { atStep } from './step.ts'

/** "Please check your email", the same for everyone, with a way to ask again. */
export const sent = definePage({
  path: '/recover/sent',
  template: 'recover/sent',
  async view(visit) {
    const here = await atStep(visit, 'sent')
    if ('goTo' in here) return here
    const { way, linkMinutes: minutes } = here.standing
    return { view: { way, minutes, asked: visit.settings.recovery.identifier } }
  },
  fields: {},
  async submit(visit) {
    const here = await atStep(visit, 'sent')
    if ('goTo' in here) return here
    const begun = await beginAgain(visit.parts, visit.organization.id, askingFrom(visit))
    return begun ? afterAsking(visit, begun, 'again') : { goTo: '/recover' }
  },
})
