import { definePage } from '../page.ts'
import { atStep } from './step.ts'

/** The password is set; now sign in with it. */
export const done = definePage({
  path: '/recover/done',
  template: 'recover/done',
  async view(visit) {
    const here = await atStep(visit, 'done')
    return 'goTo' in here ? here : { view: here.standing }
  },
})
