import { definePage } from '../../page.ts'
import { addHere } from './add.ts'
import { doableTo, viewOf } from './deed.ts'

/** A new invitation, or a new initial password, for who was added and never came in; the one before is over. */
export const wayIn = definePage({
  path: '/manage/people/:id/way-in',
  template: 'manage/people/way-in',
  signedIn: true,
  role: 'administrator',
  stepUp: true,
  view: (visit, ctx) => viewOf(visit, ctx, 'way-in'),
  fields: {},
  async submit(visit, _values, ctx) {
    const asked = await doableTo(visit, ctx, 'way-in')
    return 'goTo' in asked ? asked : addHere(visit, asked.person)
  },
})
