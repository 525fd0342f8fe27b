import { changeState } from '../../../people/standing.ts'
import { choice } from '../../form.ts'
import { deedPage } from './deed.ts'

/** Keeps somebody out until further notice, or lets them in again. */
export const state = deedPage({
  name: 'state',
  template: 'manage/people/state',
  fields: { state: choice(['active', 'suspended']) },
  act: ({ parts, organization }, who, personId, values) =>
    changeState(parts, organization.id, who, {
      personId,
      state: values.state === 'active' ? 'active' : 'suspended',
    }),
  done: { notice: (values) => (values.state === 'active' ? 'person-reactivated' : 'person-suspended') },
})
